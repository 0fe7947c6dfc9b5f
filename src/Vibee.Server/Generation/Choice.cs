using Vibee.Engine;
using Vibee.Engine.Chat.ToolCalls;
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

    /// <summary>What there is so far, in its order; kept for answers that say it at the end, as those do that are not
    /// streamed.</summary>
    public List<Block> Blocks { get; } = [];

    public string Content => Join(ChunkPart.Content);

    public string Reasoning => Join(ChunkPart.Reasoning);

    public IEnumerable<GeneratedToken> Tokens => Blocks.SelectMany(block => block.Tokens);

    public IEnumerable<Block> Calls => Blocks.Where(block => block.Part == ChunkPart.Call);

    /// <summary>Text before the chunk at hand, in Unicode code points.</summary>
    public int TextOffset { get; set; }

    /// <summary>What was read last of a call, if it was anything.</summary>
    public ChunkPart? CallPart => Text.Call is { } piece ? piece.Kind == OutputKind.Call ? ChunkPart.Call : ChunkPart.Arguments : null;

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

    /// <summary>Keeps all that was read last.</summary>
    public void Collect()
    {
        if (!Text.Reasoning.IsEmpty)
            Collect(ChunkPart.Reasoning);
        if (!Text.Content.IsEmpty || Text.Tokens.Count > 0)
            Collect(ChunkPart.Content);
        if (CallPart is { } part)
            Collect(part);
    }

    /// <summary>Keeps one part of it.</summary>
    /// <returns>The block that it began or added to.</returns>
    public Block Collect(ChunkPart part)
    {
        var kind = part == ChunkPart.Arguments ? ChunkPart.Call : part;
        if (part == ChunkPart.Call || Blocks.Count == 0 || Blocks[^1].Part != kind)
            Blocks.Add(new Block(kind, part == ChunkPart.Call ? Text.Call!.Value.Text : null));
        var block = Blocks[^1];
        switch (part)
        {
            case ChunkPart.Reasoning:
                block.Text.Append(Text.Reasoning);
                break;
            case ChunkPart.Content:
                block.Text.Append(Text.Content);
                block.Tokens.AddRange(Text.Tokens);
                break;
            case ChunkPart.Arguments:
                block.Text.Append(Text.Call!.Value.Text);
                break;
        }

        return block;
    }

    private string Join(ChunkPart part) => string.Concat(Blocks.Where(block => block.Part == part).Select(block => block.Text));
}
