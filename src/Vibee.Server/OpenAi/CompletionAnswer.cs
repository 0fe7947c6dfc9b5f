using System.Text.Json;
using Vibee.Engine.Text;
using Vibee.Server.Generation;

namespace Vibee.Server.OpenAi;

/// <summary>The shape of completions, the same for whole answers and chunks.</summary>
internal sealed class CompletionAnswer : ChoicesAnswer
{
    public required CompletionLogprobs? Logprobs { get; init; }

    /// <summary>Texts generated for each prompt.</summary>
    public required int Candidates { get; init; }

    /// <summary>Texts shown of each prompt: the best of them.</summary>
    public required int Wanted { get; init; }

    public override string Operation => "text_completion";

    protected override string IdPrefix => "cmpl-";

    protected override string Object => "text_completion";

    protected override string ChunkObject => "text_completion";

    protected override IEnumerable<Choice> Shown()
    {
        if (Wanted == Candidates)
            return Choices;
        var best = Choices.Chunk(Candidates).SelectMany(texts => texts.OrderByDescending(choice => choice.Text.MeanLogprob).Take(Wanted)).ToList();
        for (var i = 0; i < best.Count; i++)
            best[i].Index = i;
        return best;
    }

    protected override bool HasStart(Choice choice) => choice.Echo.Length > 0;

    protected override void WriteChoice(Utf8JsonWriter json, Choice choice)
    {
        var text = string.Concat(choice.Echo, choice.Content);
        WriteChoice(json, choice, text, [.. choice.Tokens], choice.FinishReason);
    }

    protected override void WriteChoice(Utf8JsonWriter json, Choice choice, ChunkPart part)
    {
        switch (part)
        {
            case ChunkPart.Start:
                WriteChoice(json, choice, choice.Echo, [], null);
                break;
            case ChunkPart.Finish:
                WriteChoice(json, choice, "", [], choice.FinishReason);
                break;
            default:
                WriteChoice(json, choice, choice.Text.Content, choice.Text.Tokens, null);
                break;
        }
    }

    private void WriteChoice(
        Utf8JsonWriter json, Choice choice, ReadOnlySpan<char> text, IReadOnlyList<GeneratedToken> tokens, string? finishReason)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNumber("index"u8, choice.Index);
        if (Logprobs is null || (Stream && tokens.Count == 0))
            json.WriteNull("logprobs"u8);
        else
            Logprobs.Write(json, choice, tokens);
        json.WriteString("finish_reason"u8, finishReason);
        json.WriteEndObject();
    }
}
