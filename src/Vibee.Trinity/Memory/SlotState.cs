using System.Runtime.InteropServices;
using Vibee.Engine;

namespace Vibee.Trinity.Memory;

/// <summary>A slot's keys and values as bytes: a header that tells which runner they fit, then whole blocks.</summary>
internal static class SlotState
{
    private const int Version = 4;

    public static string Format(KvType type) => $"trinity {Version} {type}";

    /// <returns>Null when it is too large for an array.</returns>
    public static byte[]? Write(KvCache cache, int slot)
    {
        var length = cache.Length(slot);
        Header header = new(Version, (int)cache.Type, length, cache.BlockBytes);
        var size = Marshal.SizeOf<Header>();
        var bytes = size + (length + KvCache.BlockLength - 1L) / KvCache.BlockLength * cache.BlockBytes;
        if (bytes > Array.MaxLength)
            return null;
        var state = new byte[bytes];
        MemoryMarshal.Write(state, header);
        cache.Save(slot, state.AsSpan(size));
        return state;
    }

    /// <returns>False when the bytes are another runner's, or there is no room.</returns>
    public static bool TryRead(KvCache cache, int slot, int length, ReadOnlySpan<byte> state)
    {
        if (!MemoryMarshal.TryRead(state, out Header header) || header.Version != Version || header.Type != (int)cache.Type || header.BlockBytes != cache.BlockBytes)
            return false;
        var blocks = state[Marshal.SizeOf<Header>()..];
        if (header.Length != length)
            return false;
        if (blocks.Length != (header.Length + KvCache.BlockLength - 1L) / KvCache.BlockLength * cache.BlockBytes)
            return false;
        return cache.TryRestore(slot, header.Length, blocks);
    }

    private readonly record struct Header(int Version, int Type, int Length, long BlockBytes);
}
