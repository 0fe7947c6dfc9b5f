using System.Security.Cryptography;
using System.Text;
using Vibee.Engine;
using Vibee.Engine.Sampling;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server;

/// <summary>What is known about a model once it is loaded, computed once.</summary>
internal sealed class LoadedModel
{
    private readonly ChatRenderer _renderer;
    private SamplingParams? _defaults;

    public LoadedModel(InferenceEngine engine, string id)
    {
        Engine = engine;
        _renderer = new ChatRenderer(engine.Model);
        var identity = $"{VibeeServer.Version} {id} {engine.Model.Architecture} {engine.Model.ParameterCount} {engine.Model.SizeInBytes} {engine.Capacity}";
        Fingerprint = "fp_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 5));
    }

    public InferenceEngine Engine { get; }

    /// <summary>The same for as long as build, model and settings are.</summary>
    public string Fingerprint { get; }

    public SamplingParams Defaults(ServerOptions options) =>
        _defaults ??= options.Sampling.Over(Engine.Model.SamplingDefaults);

    /// <summary>What the model is to continue, or why there is no such thing.</summary>
    public PreparedPrompt? Prepare(ChatPrompt prompt, out ApiError? error)
    {
        error = null;
        if (_renderer.Render(prompt, out var reason) is not { } text)
        {
            error = ApiError.Invalid("messages", "invalid_value", reason!);
            return null;
        }

        var tokens = Encode(text);
        if (tokens.Length > 0)
            return new PreparedPrompt(text, tokens);
        error = ApiError.Invalid("messages", "invalid_value", "The messages make an empty prompt.");
        return null;
    }

    // Most templates write the begin token themselves, and most tokenizers add it; a model wants it once.
    private int[] Encode(string prompt)
    {
        var tokenizer = Engine.Tokenizer;
        var tokens = tokenizer.Encode(prompt, addSpecial: true, parseSpecial: true);
        return tokenizer.BeginToken is { } begin && tokens is [var first, var second, ..] && first == begin && second == begin
            ? tokens[1..]
            : tokens;
    }

    public ApiError? CheckLength(int tokens, string param)
    {
        var limit = Engine.Capacity.ContextLength;
        return tokens < limit
            ? null
            : ApiError.Invalid(param, "context_length_exceeded",
                $"The prompt has {tokens} tokens, and the context holds {limit}, of which at least one is for the answer. {(limit < Engine.Model.TrainedContextLength ? "Shorten the prompt, or start the server with a larger --ctx" : "Shorten the prompt")}.");
    }

    public int ClipMaxTokens(int promptTokens, int? maxTokens)
    {
        var room = Engine.Capacity.ContextLength - promptTokens;
        return Math.Min(room, maxTokens ?? room);
    }
}

/// <summary>A rendered chat and its tokens.</summary>
internal sealed record PreparedPrompt(string Text, int[] Tokens);
