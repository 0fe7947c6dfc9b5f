namespace Vibee.Engine;

/// <summary>The outcome of handing work to an engine. A refusal is an answer, not an exception.</summary>
public enum SubmitResult
{
    Accepted,

    /// <summary>As much waits as <see cref="EngineOptions.MaxQueue"/> allows.</summary>
    QueueFull,

    /// <summary>The engine is shutting down.</summary>
    ShuttingDown,

    /// <summary>The runner broke; the process should be restarted.</summary>
    Failed,
}
