namespace Vibee.Trinity.Models;

/// <summary>Panels one after the other in memory.</summary>
internal sealed unsafe class PanelRun(byte* start) : IPanelTarget
{
    private byte* _next = start;

    public byte* Next(long bytes)
    {
        var room = _next;
        _next += bytes;
        return room;
    }
}
