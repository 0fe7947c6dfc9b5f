using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Vibee.Gguf;

/// <summary>
/// A file mapped read-only. Spans point straight into the mapping, so the file's weights are paged in by the operating
/// system as they are read and never copied. This is the one place of the reader with a pointer: a mapping is reachable
/// as a span in no other way.
/// </summary>
/// <remarks>A span taken before <see cref="Dispose"/> must not be read after it.</remarks>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    private MappedFile(string path, long length, MemoryMappedFile mapping, MemoryMappedViewAccessor view)
    {
        Path = path;
        Length = length;
        _mapping = mapping;
        _view = view;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        // The view begins on a page; what was asked for may begin later.
        _start += view.PointerOffset;
    }

    public string Path { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Maps a file that is not empty.</summary>
    /// <exception cref="GgufException">There is none, or it cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            if (PathProblem.Find(path) is { } absence)
                throw new GgufException(path, absence);
            // Asked before opening: opening a pipe would wait for its writer.
            if (new FileInfo(path).Length == 0)
                throw new GgufException(path, "the file is empty");
            return Map(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new GgufException(path, PathProblem.OfReading(path, problem), problem);
        }
    }

    /// <summary>Bytes from <paramref name="offset"/>; the caller has checked that they lie in the file.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>As <see cref="Span"/>, to be kept in fields or passed across awaits.</summary>
    public ReadOnlyMemory<byte> Memory(long offset, int length)
    {
        _ = Span(offset, length);
        return new Piece(this, offset, length).Memory;
    }

    public void Dispose()
    {
        if (_start is null)
            return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _mapping.Dispose();
    }

    private static MappedFile Map(string path)
    {
        // Others may read the file, and replace it by renaming; none may write into it while it is mapped.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        MemoryMappedFile? mapping = null;
        try
        {
            var length = stream.Length;
            mapping = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            var view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            return new MappedFile(path, length, mapping, view);
        }
        catch
        {
            mapping?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>A part of the mapping that outlives the stack frame. It keeps no mapping alive: the file's owner does.</summary>
    private sealed class Piece(MappedFile file, long offset, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(file._start is null, file);
            return new Span<byte>(file._start + offset, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(file._start is null, file);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length);
            // Mapped memory does not move: there is nothing to pin.
            return new MemoryHandle(file._start + offset + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
