namespace Vibee.Engine.Chat.ToolCalls;

/// <summary>
/// Takes a model's output apart as it grows. What comes out does not depend on how the text was cut into pieces, except
/// that neighbours of one kind may come together. Not safe for concurrent use.
/// </summary>
public abstract class OutputParser
{
    /// <summary>Texts of control tokens that mean something here, and which are otherwise not shown.</summary>
    public abstract IReadOnlySet<string> Markers { get; }

    /// <summary>Whether what comes next, as far as is known, is reasoning.</summary>
    public virtual bool InReasoning => false;

    /// <summary>Adds text, and what is certain of it to <paramref name="pieces"/>.</summary>
    public abstract void Append(ReadOnlySpan<char> text, List<OutputPiece> pieces);

    /// <summary>Ends the text.</summary>
    public abstract void Finish(List<OutputPiece> pieces);

    /// <summary>Adds a piece, to its neighbour if that is of its kind: a pair of surrogates is never parted so.</summary>
    protected static void Add(List<OutputPiece> pieces, OutputPiece piece)
    {
        if (piece.Text.Length == 0)
            return;
        if (pieces.Count > 0 && pieces[^1] is var last && last.Kind == piece.Kind && Continues(last, piece))
            pieces[^1] = last with { Text = last.Text + piece.Text };
        else
            pieces.Add(piece);
    }

    private static bool Continues(OutputPiece last, OutputPiece piece) => piece.Kind switch
    {
        OutputKind.Call => false,
        OutputKind.Content => last.Start + last.Text.Length == piece.Start,
        _ => true,
    };
}
