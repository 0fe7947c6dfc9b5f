using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using Microsoft.Win32.SafeHandles;
using Vibee.Gguf;
using Vibee.Trinity.Kernels.Panels;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Threads;

namespace Vibee.Trinity.Models;

/// <summary>
/// Panels on disk, so that the next start need not make them: one file per model and width of registers, named by both,
/// a header and then all panels. What is damaged, foreign or of another layout is made again.
/// </summary>
/// <remarks>Read into memory, not mapped: panels lie in large pages, which files do not have. A file that cannot be written
/// costs nothing but the time at the next start.</remarks>
internal sealed class PackCache
{
    // Counts up whenever panels are laid out otherwise.
    private const int LayoutVersion = 1;
    private const int HeaderLength = 64;
    private const int Piece = 4 << 20;

    private readonly string _path;
    private readonly byte[] _key;

    /// <param name="directory">Is made if there is none.</param>
    /// <param name="model">Whose panels.</param>
    public PackCache(string directory, GgufFile model)
    {
        _key = model.ComputeFingerprint();
        _path = Path.Combine(directory, $"{Convert.ToHexStringLower(_key.AsSpan(0, 16))}-{PanelFormat.WidestRows}-v{LayoutVersion}.panels");
    }

    /// <summary>Fills panels from the file.</summary>
    /// <returns>False where there is none that fits; the panels then hold anything.</returns>
    public unsafe bool TryRead(byte* panels, long length, WorkerTeam team, Action<float> report)
    {
        try
        {
            if (!File.Exists(_path))
                return false;
            using var file = File.OpenHandle(_path);
            var header = new byte[HeaderLength];
            if (RandomAccess.GetLength(file) != HeaderLength + length || RandomAccess.Read(file, header, 0) != HeaderLength)
                return false;
            for (var start = 0L; start < length; start += team.Count * (long)Piece)
            {
                var from = start;
                team.Run(worker => Read(file, panels, from + worker.Index * (long)Piece, length));
                report(Math.Min(1, (start + team.Count * (float)Piece) / length));
            }

            return header.AsSpan().SequenceEqual(Header(panels, length));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Keeps panels, under a name of its own until all are written: a start that is cut off leaves no half a file.</summary>
    public unsafe void TryWrite(byte* panels, long length)
    {
        var temporary = $"{_path}.{Guid.NewGuid():n}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, preallocationSize: HeaderLength + length))
            {
                RandomAccess.Write(file, Header(panels, length), 0);
                for (var start = 0L; start < length; start += Piece)
                    RandomAccess.Write(file, new ReadOnlySpan<byte>(panels + start, (int)Math.Min(Piece, length - start)), HeaderLength + start);
            }

            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Without the directory there is nothing to delete, and deleting would say so.
            if (File.Exists(temporary))
                File.Delete(temporary);
        }
    }

    private static unsafe void Read(SafeFileHandle file, byte* panels, long start, long length)
    {
        for (var end = Math.Min(start + Piece, length); start < end;)
        {
            var read = RandomAccess.Read(file, new Span<byte>(panels + start, (int)(end - start)), HeaderLength + start);
            if (read == 0)
                throw new IOException("The file has become shorter.");
            start += read;
        }
    }

    /// <summary>Length, model and a sum over everything.</summary>
    private unsafe byte[] Header(byte* panels, long length)
    {
        var header = new byte[HeaderLength];
        "VIBEEPAN"u8.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), length);
        _key.CopyTo(header.AsSpan(16));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(48), Checksum(panels, length));
        return header;
    }

    /// <summary>Against accidents, not against people: whoever may write here may also replace the model.</summary>
    private static unsafe ulong Checksum(byte* bytes, long length)
    {
        // Each lane multiplies what it has and adds, so that places count; panels are whole cache lines.
        var (first, second) = (Vector256.Create(1u), Vector256.Create(2u));
        for (var i = 0L; i < length; i += 2 * Vector256<byte>.Count)
        {
            first = first * 0x01000193 + Vector256.Load((uint*)(bytes + i));
            second = second * 0x01000193 + Vector256.Load((uint*)(bytes + i + Vector256<byte>.Count));
        }

        var sum = 0ul;
        for (var lane = 0; lane < Vector256<uint>.Count; lane++)
            sum = (sum * 0x100000001b3 + first[lane]) * 0x100000001b3 + second[lane];
        return sum;
    }
}
