namespace Vibee.Server.Generation;

/// <summary>
/// An answer of one choice that is made of blocks: what the model thought, then what it said, each only if there is
/// any. In a stream a block is opened, grows, and is closed before the next is opened.
/// </summary>
internal abstract class BlockAnswer : Answer
{
    private ChunkPart? _open;

    protected Choice Choice => Choices[0];

    /// <summary>The number of the block that is open, or of the last one.</summary>
    protected int Block { get; private set; } = -1;

    /// <summary>Whether what the model thought is shown.</summary>
    public bool ShowReasoning { get; init; } = true;

    public override void WriteChunk(EventStream stream, Choice choice, ChunkPart part)
    {
        if (part == ChunkPart.Reasoning && !ShowReasoning)
            return;
        if (_open is { } open && open != part)
        {
            WriteClose(stream, open);
            _open = null;
        }

        if (part == ChunkPart.Finish)
            return;
        if (_open is null)
        {
            Block++;
            _open = part;
            WriteOpen(stream, part);
        }

        WriteDelta(stream, part);
    }

    protected abstract void WriteOpen(EventStream stream, ChunkPart part);

    protected abstract void WriteDelta(EventStream stream, ChunkPart part);

    protected abstract void WriteClose(EventStream stream, ChunkPart part);
}
