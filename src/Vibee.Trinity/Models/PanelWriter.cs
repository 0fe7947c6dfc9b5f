using Microsoft.Win32.SafeHandles;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Models;

/// <summary>Writes panels to a file while they are made, a few megabytes of them in memory at a time.</summary>
/// <remarks>In whole pieces at multiples of their length: Linux then keeps them in pages of 2 MB, where its file system has
/// such, and a mapping of the file is as fast as memory of large pages. A mapping that is written to gets small ones.</remarks>
internal sealed unsafe class PanelWriter : IPanelTarget, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Arena _arena;
    private readonly byte* _buffer;
    private readonly List<ulong> _sums = [];
    private long _used;
    private long _written;

    /// <param name="file">Is written to from its start on.</param>
    /// <param name="most">Bytes that are asked for at once.</param>
    public PanelWriter(SafeFileHandle file, long most)
    {
        _file = file;
        _arena = new Arena(new MemoryBudget(), "Writing the packed weights", PanelSum.Piece + most);
        _buffer = _arena.Take<byte>(PanelSum.Piece + most);
    }

    public byte* Next(long bytes)
    {
        WritePieces();
        var room = _buffer + _used;
        _used += bytes;
        return room;
    }

    /// <summary>Writes what is left.</summary>
    /// <returns>The sum of all panels.</returns>
    public ulong Finish()
    {
        WritePieces();
        if (_used > 0)
            Write(0, _used);
        return PanelSum.Together(_sums);
    }

    public void Dispose() => _arena.Dispose();

    private void WritePieces()
    {
        var start = 0L;
        for (; _used - start >= PanelSum.Piece; start += PanelSum.Piece)
            Write(start, PanelSum.Piece);
        _used -= start;
        if (start > 0)
            Buffer.MemoryCopy(_buffer + start, _buffer, _used, _used);
    }

    private void Write(long start, long length)
    {
        _sums.Add(PanelSum.OfPiece(_buffer + start, length));
        RandomAccess.Write(_file, new ReadOnlySpan<byte>(_buffer + start, (int)length), _written);
        _written += length;
    }
}
