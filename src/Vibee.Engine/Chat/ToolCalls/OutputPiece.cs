namespace Vibee.Engine.Chat.ToolCalls;

/// <summary>What a piece of a model's output is.</summary>
public enum OutputKind
{
    Content,
    Reasoning,

    /// <summary>A call begins; the text is the function's name.</summary>
    Call,

    /// <summary>More of the arguments of the call that began last, as JSON.</summary>
    Arguments,
}

/// <summary>A piece of a model's output.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The piece itself.</param>
/// <param name="Start">Of content: where it stands in all that the parser was given, in UTF-16 units.</param>
public readonly record struct OutputPiece(OutputKind Kind, string Text, int Start = 0);
