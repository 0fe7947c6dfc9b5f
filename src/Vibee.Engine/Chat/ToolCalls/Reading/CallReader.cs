using System.Text;

namespace Vibee.Engine.Chat.ToolCalls.Reading;

internal enum ReaderState
{
    More,

    /// <summary>A call is complete, and more may follow here.</summary>
    CallDone,

    /// <summary>The last call is complete.</summary>
    Done,

    /// <summary>The last call was complete before this character.</summary>
    Ended,

    /// <summary>This is no call; the character is not part of what was tried.</summary>
    Failed,

    /// <summary>What was read so far announced content.</summary>
    Content,
}

/// <summary>Reads calls character by character, from behind what opens them.</summary>
internal abstract class CallReader
{
    public abstract ReaderState Take(char character);

    /// <summary>The text has ended.</summary>
    /// <returns>Whether what was read is a call all the same.</returns>
    public virtual bool Finish() => false;
}

/// <summary>Keeps what a reader finds until it is known whether it is a call.</summary>
internal sealed class CallSink(IReadOnlyList<ToolDefinition> tools)
{
    private readonly StringBuilder _arguments = new();
    private readonly List<OutputPiece> _pieces = [];

    /// <summary>A call begins.</summary>
    /// <returns>Its function; null, and no call begins, if there is none of this name.</returns>
    public ToolDefinition? Begin(ReadOnlySpan<char> name)
    {
        foreach (var tool in tools)
        {
            if (!name.SequenceEqual(tool.Name))
                continue;
            EndPiece();
            _pieces.Add(new OutputPiece(OutputKind.Call, tool.Name));
            return tool;
        }

        return null;
    }

    public void Arguments(string text) => _arguments.Append(text);

    public void Arguments(char character) => _arguments.Append(character);

    /// <summary>Takes what was found.</summary>
    public List<OutputPiece> Drain()
    {
        EndPiece();
        List<OutputPiece> pieces = [.. _pieces];
        _pieces.Clear();
        return pieces;
    }

    private void EndPiece()
    {
        if (_arguments.Length > 0)
            _pieces.Add(new OutputPiece(OutputKind.Arguments, _arguments.ToString()));
        _arguments.Clear();
    }
}
