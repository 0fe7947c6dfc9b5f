using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Vibee.Gguf;
using Vibee.Trinity.Kernels.Panels;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Threads;

namespace Vibee.Trinity.Models;

/// <summary>
/// Panels on disk, so that the next start need not make them: one file per model and width of registers, named by both,
/// all panels and then a trailer. The file is mapped, so what the system caches of it is the only copy in memory. What is
/// damaged, foreign or of another layout is made again.
/// </summary>
/// <remarks>Files are never changed, only replaced by renaming: a mapping stays what it was.</remarks>
internal sealed class PackCache
{
    // Counts up whenever panels are laid out otherwise.
    private const int LayoutVersion = 2;
    private const int TrailerLength = 64;

    // Of a disk; a cache is not worth filling it.
    private const long SpareBytes = 2L << 30;

    private const UnixFileMode Writable = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly string _directory;
    private readonly string _path;
    private readonly byte[] _key;

    /// <param name="directory">Is made if there is none.</param>
    /// <param name="model">Whose panels.</param>
    public PackCache(string directory, GgufFile model)
    {
        _directory = directory;
        var fingerprint = model.ComputeFingerprint();
        // A model that was written to has the same name and another key: its file is replaced.
        _key = SHA256.HashData([.. fingerprint, .. BitConverter.GetBytes(model.LastWriteTimeUtc.Ticks)]);
        _path = Path.Combine(directory, $"{Convert.ToHexStringLower(fingerprint.AsSpan(0, 16))}-{PanelFormat.WidestRows}-v{LayoutVersion}.panels");
    }

    /// <summary>Why the last <see cref="TryWrite"/> kept nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Maps the file.</summary>
    /// <returns>Null where there is none that fits.</returns>
    public unsafe MappedFile? TryMap(long length, WorkerTeam team, Action<float> report)
    {
        MappedFile? file = null;
        try
        {
            file = MappedFile.Open(_path);
            if (file.Length == length + TrailerLength && IsWhole(file, length, team, report))
                return file;
        }
        catch (GgufException)
        {
            // There is none, or it may not be read.
        }
        catch
        {
            file?.Dispose();
            throw;
        }

        file?.Dispose();
        return null;
    }

    /// <summary>Makes the file, under a name of its own until all is written: a start that is cut off leaves no half a file.</summary>
    /// <param name="length">Of all panels.</param>
    /// <param name="most">Of what is packed at once.</param>
    /// <param name="pack">Makes them.</param>
    /// <returns>False where it cannot be, and why is <see cref="Problem"/>.</returns>
    public bool TryWrite(long length, long most, Action<IPanelTarget> pack)
    {
        var temporary = $"{_path}.{Guid.NewGuid():n}";
        try
        {
            Directory.CreateDirectory(_directory);
            PackSweep.Clean(_directory, LayoutVersion);
            if (FreeBytes() - length < SpareBytes)
            {
                Problem = $"{_directory}: less than {SpareBytes >> 30} GB of the disk would be left";
                return false;
            }

            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, preallocationSize: length + TrailerLength))
            using (var writer = new PanelWriter(file, most))
            {
                pack(writer);
                RandomAccess.Write(file, Trailer(length, writer.Finish()), length);
            }

            // Whoever maps it ends with a file that becomes shorter: nobody should write to it by accident. (Windows lets nobody
            // shorten what is mapped, and replaces nothing that is read-only.)
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(temporary) & ~Writable);
            File.Move(temporary, _path, overwrite: true);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Problem = $"{_directory}: {PathProblem.OfDirectory(_directory, problem)}";
            return false;
        }
        finally
        {
            PackSweep.Delete(temporary);
        }
    }

    /// <summary>What was just written does not read the same.</summary>
    public MappedFile? Refuse()
    {
        Problem = $"{_path}: what was written is not what is read";
        return null;
    }

    /// <summary>Where a mapping begins.</summary>
    public static unsafe byte* Address(MappedFile file) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(file.Span(0, 1)));

    private unsafe bool IsWhole(MappedFile file, long length, WorkerTeam team, Action<float> report)
    {
        // Before anything is touched: what the system reads from the disk for this mapping, it then keeps in large pages.
        Pages.PreferLarge(Address(file), length);
        // Foreign ones are told by a few bytes, before all are read.
        var trailer = file.Span(length, TrailerLength);
        return trailer[..^sizeof(ulong)].SequenceEqual(Trailer(length, 0).AsSpan()[..^sizeof(ulong)])
            && trailer.SequenceEqual(Trailer(length, PanelSum.Of(Address(file), length, team, report)));
    }

    /// <summary>Layout, length, model, and the sum over everything.</summary>
    private byte[] Trailer(long length, ulong sum)
    {
        var trailer = new byte[TrailerLength];
        "VIBEEPAN"u8.CopyTo(trailer);
        BinaryPrimitives.WriteInt32LittleEndian(trailer.AsSpan(8), LayoutVersion);
        BinaryPrimitives.WriteInt32LittleEndian(trailer.AsSpan(12), PanelFormat.WidestRows);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(16), length);
        _key.CopyTo(trailer.AsSpan(24));
        BinaryPrimitives.WriteUInt64LittleEndian(trailer.AsSpan(56), sum);
        return trailer;
    }

    // Windows knows drives only, other systems any path.
    private long FreeBytes() =>
        new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(Path.GetFullPath(_directory))! : Path.GetFullPath(_directory)).AvailableFreeSpace;
}
