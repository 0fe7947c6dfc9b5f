namespace Vibee.Trinity.Models;

/// <summary>Where panels are put while they are made: memory, or a file.</summary>
internal unsafe interface IPanelTarget
{
    /// <summary>Room for the next bytes. What was given before is complete, and may be gone.</summary>
    byte* Next(long bytes);
}
