namespace Vibee.Server.Generation;

/// <summary>
/// An answer of one choice that is made of blocks: what the model thought, what it said, and calls of tools, each only if
/// there is any. In a stream a block is opened, grows, and is closed before the next is opened.
/// </summary>
internal abstract class BlockAnswer : Answer
{
    private Block? _open;

    protected Choice Choice => Choices[0];

    /// <summary>The number of the block that is open, or of the last one.</summary>
    protected int Index { get; private set; } = -1;

    /// <summary>Whether what the model thought is shown.</summary>
    public bool ShowReasoning { get; init; } = true;

    /// <summary>The blocks that are shown.</summary>
    protected IEnumerable<Block> Blocks => Choice.Blocks.Where(block => ShowReasoning || block.Part != ChunkPart.Reasoning);

    public override void WriteChunk(EventStream stream, Choice choice, ChunkPart part)
    {
        if (part == ChunkPart.Reasoning && !ShowReasoning)
            return;
        var block = part == ChunkPart.Finish ? null : choice.Collect(part);
        if (_open is { } open && open != block)
        {
            WriteClose(stream, open);
            _open = null;
        }

        if (block is null)
            return;
        if (_open is null)
        {
            Index++;
            _open = block;
            WriteOpen(stream, block);
        }

        if (part != ChunkPart.Call)
            WriteDelta(stream, block);
    }

    protected abstract void WriteOpen(EventStream stream, Block block);

    /// <summary>Writes what was read last, which is already in the block.</summary>
    protected abstract void WriteDelta(EventStream stream, Block block);

    protected abstract void WriteClose(EventStream stream, Block block);
}
