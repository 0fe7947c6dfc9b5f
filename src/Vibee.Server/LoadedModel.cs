using System.Security.Cryptography;
using System.Text;
using Vibee.Engine;
using Vibee.Engine.Chat.ToolCalls;
using Vibee.Engine.Grammar;
using Vibee.Engine.Sampling;
using Vibee.Server.Generation;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server;

/// <summary>What is known about a model that generates text once it is loaded, computed once.</summary>
internal sealed class LoadedModel : Loaded
{
    private readonly ChatRenderer _renderer;
    private SamplingParams? _defaults;

    public LoadedModel(InferenceEngine engine, string id) : base(engine.Model, engine.Tokenizer, engine.Capacity.ContextLength)
    {
        Engine = engine;
        Grammars = new OutputGrammars(engine.Tokenizer);
        _renderer = new ChatRenderer(engine.Model);
        var identity = $"{VibeeServer.Version} {id} {engine.Model.Architecture} {engine.Model.ParameterCount} {engine.Model.SizeInBytes} {engine.Capacity}";
        Fingerprint = "fp_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 5));
    }

    public InferenceEngine Engine { get; }

    public OutputGrammars Grammars { get; }

    public override bool HasFailed => Engine.HasFailed;

    public override TimeSpan Standstill => Engine.Standstill;

    public override ApiError OtherKind { get; } = ApiError.Invalid("model", "unsupported_value",
        "The model generates text and makes no embeddings. Serve an embedding model, or this one with --pooling mean, cls or last.");

    /// <summary>The same for as long as build, model and settings are.</summary>
    public string Fingerprint { get; }

    public SamplingParams Defaults(ServerOptions options) =>
        _defaults ??= options.Sampling.Over(Engine.Model.SamplingDefaults);

    public override Task StopAsync(TimeSpan grace) => Engine.StopAsync(grace);

    /// <summary>What the model is to continue, or why there is no such thing.</summary>
    public PreparedPrompt? Prepare(ChatPrompt prompt, out ApiError? error) => Prepare(prompt, text => null, out error);

    /// <summary>The same for a prompt that must leave room for an answer.</summary>
    public PreparedPrompt? PrepareToAnswer(ChatPrompt prompt, out ApiError? error)
    {
        var prepared = Prepare(prompt, text => CheckText(text, prompt.Source), out error);
        error ??= prepared is null ? null : CheckLength(prepared.Tokens.Length, prompt.Source);
        return error is null ? prepared : null;
    }

    /// <summary>The same, held to a format where one was asked for.</summary>
    public PreparedPrompt? PrepareToAnswer(ChatPrompt prompt, OutputFormat? format, out ApiError? error)
    {
        if (PrepareToAnswer(prompt, out error) is not { } prepared)
            return null;
        GrammarPart Around(GrammarPart part) => ReasoningGrammar.Before(part, prepared.Text, tag => _renderer.LetsOpen(tag, prompt));
        format = format is null ? null : format with { Part = _renderer.Calls.Say(format.Part, prepared.Text) };
        var constraint = prompt.Tools is { } tools
            ? Grammars.Make(_renderer.Calls, tools, format, prepared.Text, Around, out error)
            : Grammars.Make(format, Around, out error);
        if (error is not null)
            return null;
        return prepared with { Constraint = constraint, Calls = prompt.Tools is null or { IsForbidden: true } && !_renderer.Calls.IsAlways ? null : _renderer.Calls };
    }

    private PreparedPrompt? Prepare(ChatPrompt prompt, Func<string, ApiError?> check, out ApiError? error)
    {
        if (_renderer.Render(prompt, out var reason) is not { } text)
        {
            error = ApiError.Invalid(prompt.Source, "invalid_value", reason!);
            return null;
        }

        error = check(text);
        if (error is not null)
            return null;
        var tokens = Encode(text);
        if (tokens.Length > 0)
            return new PreparedPrompt(text, tokens);
        error = ApiError.Invalid(prompt.Source, "invalid_value", "The messages make an empty prompt.");
        return null;
    }

    // Most templates write the begin token themselves, and most tokenizers add it; a model wants it once.
    private int[] Encode(string prompt)
    {
        var tokenizer = Tokenizer;
        var tokens = tokenizer.Encode(prompt, addSpecial: true, parseSpecial: true);
        return tokenizer.BeginToken is { } begin && tokens is [var first, var second, ..] && first == begin && second == begin
            ? tokens[1..]
            : tokens;
    }

    /// <summary>Refuses a prompt that is too long for sure, before the seconds that its tokens would take to count.</summary>
    public ApiError? CheckText(string text, string param) =>
        Tokenizer.IsLongerThan(text, ContextLength - 1) ? TooLong($"at least {ContextLength}", param) : null;

    public ApiError? CheckLength(int tokens, string param) => tokens < ContextLength ? null : TooLong($"{tokens}", param);

    /// <summary>The tokens of a prediction, where it is of use: no more of it than an answer may have, for nothing else limits
    /// how long it is.</summary>
    public int[] Predict(string? text)
    {
        const int LongestToken = 8; // in characters, of all but a few
        if (!Engine.Speculates || text is null)
            return [];
        var head = text[..(int)Math.Min(text.Length, (long)ContextLength * LongestToken)];
        return [.. Tokenizer.Encode(head, addSpecial: false, parseSpecial: false).Take(ContextLength)];
    }

    public int ClipMaxTokens(int promptTokens, int? maxTokens)
    {
        var room = ContextLength - promptTokens;
        return Math.Min(room, maxTokens ?? room);
    }

    private ApiError TooLong(string tokens, string param) => ApiError.Invalid(param, "context_length_exceeded",
        $"The prompt has {tokens} tokens, and the context holds {ContextLength}, of which at least one is for the answer. {Remedy}.");
}

/// <summary>A rendered chat, its tokens, and what the answer is held to.</summary>
internal sealed record PreparedPrompt(string Text, int[] Tokens)
{
    public TextConstraint? Constraint { get; init; }

    /// <summary>What the client expects to be answered; empty where it does not say.</summary>
    public int[] Prediction { get; init; } = [];

    /// <summary>How calls of tools are found in the answer; null if there can be none.</summary>
    public ToolCallFormat? Calls { get; init; }
}
