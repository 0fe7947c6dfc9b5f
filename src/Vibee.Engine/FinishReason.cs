namespace Vibee.Engine;

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended its turn, or a stop string matched.</summary>
    Stop,

    /// <summary>The token limit or the end of the context was reached.</summary>
    Length,

    /// <summary>The model called tools.</summary>
    ToolCalls,

    /// <summary>The caller cancelled it.</summary>
    Cancelled,

    /// <summary>Something broke; the terminal event carries the message.</summary>
    Failed,
}
