using System.Text;
using Vibee.Engine;
using Vibee.Engine.Text;

namespace Vibee.Server.Generation;

/// <summary>One of the texts that an answer consists of.</summary>
/// <param name="index">Its place in the answer.</param>
/// <param name="sequence">What generates it.</param>
/// <param name="text">Its text as it grows.</param>
internal sealed class Choice(int index, Sequence sequence, GeneratedText text)
{
    /// <summary>Its place; among those that are shown, where not all are.</summary>
    public int Index { get; set; } = index;

    public Sequence Sequence { get; } = sequence;

    public GeneratedText Text { get; } = text;

    /// <summary>Text of the prompt that the answer repeats.</summary>
    public string Echo { get; init; } = "";

    /// <summary>Whether this is the first choice of its prompt, which several share but which is charged once.</summary>
    public bool ChargesPrompt { get; init; } = true;

    /// <summary>What was said so far; kept for answers that say it at the end, as those do that are not streamed.</summary>
    public StringBuilder Content { get; } = new();

    public StringBuilder Reasoning { get; } = new();

    public List<GeneratedToken> Tokens { get; } = [];

    /// <summary>Text before the chunk at hand, in Unicode code points.</summary>
    public int TextOffset { get; set; }

    public string FinishReason => Text.Reason switch
    {
        Engine.FinishReason.Stop => "stop",
        Engine.FinishReason.Length => "length",
        Engine.FinishReason.ToolCalls => "tool_calls",
        var other => throw new InvalidOperationException($"A choice that ended with {other} has no finish reason."),
    };

    /// <summary>How it ended, a failure included; null while it has not.</summary>
    public string? Ending => !Text.IsFinished ? null : Text.Reason switch
    {
        Engine.FinishReason.Cancelled => "cancelled",
        Engine.FinishReason.Failed => "failed",
        _ => FinishReason,
    };

    /// <summary>Keeps what the last event added.</summary>
    public void Collect()
    {
        Content.Append(Text.Content);
        Reasoning.Append(Text.Reasoning);
        Tokens.AddRange(Text.Tokens);
    }
}
