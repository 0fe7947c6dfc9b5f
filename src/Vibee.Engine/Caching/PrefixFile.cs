using System.Buffers.Binary;
using System.Security.Cryptography;
using Vibee.Gguf;

namespace Vibee.Engine.Caching;

/// <summary>
/// The format of a saved prefix, all numbers little-endian: the 8 bytes <c>VIBEEKV1</c>; the SHA-256 of everything after
/// it; the 32 bytes of the key of the model and its settings; the number of tokens (int32), 4 zero bytes, the length of
/// the state (int64); the tokens (int32 each); the state as <see cref="IModelRunner.Save"/> gave it.
/// </summary>
internal static class PrefixFile
{
    public const string Extension = ".vibee-kv";

    /// <summary>Ends the name of a file that is still being written.</summary>
    public const string Unfinished = ".tmp";

    private const int KeyLength = 32;
    private const int HashStart = 8;
    private const int KeyStart = HashStart + 32;
    private const int CountStart = KeyStart + KeyLength;
    private const int HeaderLength = CountStart + 16;

    // Far beyond every context; what claims more is no file of ours.
    private const int MostTokens = 16 << 20;

    private static ReadOnlySpan<byte> Magic => "VIBEEKV1"u8;

    /// <summary>Writes a file whole or not at all.</summary>
    public static void Write(string path, ReadOnlySpan<byte> key, ReadOnlySpan<int> tokens, ReadOnlySpan<byte> state)
    {
        var head = new byte[HeaderLength + tokens.Length * sizeof(int)];
        Magic.CopyTo(head);
        key.CopyTo(head.AsSpan(KeyStart));
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(CountStart), tokens.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(CountStart + 8), state.Length);
        for (var i = 0; i < tokens.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(HeaderLength + i * sizeof(int)), tokens[i]);
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            hash.AppendData(head.AsSpan(KeyStart));
            hash.AppendData(state);
            hash.GetHashAndReset(head.AsSpan(HashStart, 32));
        }

        var unfinished = path + Unfinished;
        File.Delete(unfinished); // so that it is made anew, and nothing is followed that lay in its place
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // prompts are private
            using (var file = new FileStream(unfinished, options))
            {
                file.Write(head);
                file.Write(state);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Reads of which model a file is, and its tokens.</summary>
    /// <returns>False when it is no such file, or not as long as it should be.</returns>
    public static bool TryReadHead(string path, out byte[] key, out int[] tokens)
    {
        (key, tokens) = ([], []);
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var head = new byte[HeaderLength];
        if (RandomAccess.Read(file, head, 0) < HeaderLength || !TryParse(head, length, out var count))
            return false;
        var bytes = new byte[count * sizeof(int)];
        if (RandomAccess.Read(file, bytes, HeaderLength) < bytes.Length)
            return false;
        key = head.AsSpan(KeyStart, KeyLength).ToArray();
        tokens = ReadTokens(bytes, count);
        return true;
    }

    /// <summary>The state in a mapped file, if it is the one expected and every byte is as it was written.</summary>
    public static bool TryReadState(MappedFile file, ReadOnlySpan<byte> key, ReadOnlySpan<int> tokens, out ReadOnlySpan<byte> state)
    {
        state = default;
        if (file.Length is < HeaderLength or > int.MaxValue)
            return false;
        var bytes = file.Span(0, (int)file.Length);
        if (!TryParse(bytes, file.Length, out var count) || !bytes.Slice(KeyStart, KeyLength).SequenceEqual(key)
            || !ReadTokens(bytes[HeaderLength..], count).AsSpan().SequenceEqual(tokens) || !SHA256.HashData(bytes[KeyStart..]).AsSpan().SequenceEqual(bytes.Slice(HashStart, 32)))
            return false;
        state = bytes[(HeaderLength + count * sizeof(int))..];
        return true;
    }

    private static int[] ReadTokens(ReadOnlySpan<byte> bytes, int count)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
            tokens[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
        return tokens;
    }

    private static bool TryParse(ReadOnlySpan<byte> head, long length, out int count)
    {
        count = BinaryPrimitives.ReadInt32LittleEndian(head[CountStart..]);
        var state = BinaryPrimitives.ReadInt64LittleEndian(head[(CountStart + 8)..]);
        return head.StartsWith(Magic) && length <= int.MaxValue && count is > 0 and <= MostTokens && count <= length / sizeof(int)
            && state >= 0 && state == length - HeaderLength - count * (long)sizeof(int);
    }
}
