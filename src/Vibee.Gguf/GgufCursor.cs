using System.Buffers.Binary;
using System.Text;

namespace Vibee.Gguf;

/// <summary>Reads the header from front to back. Nothing is read, skipped or allocated that the bytes left do not cover.</summary>
internal ref struct GgufCursor(string path, ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public readonly GgufException Refuse(string problem) => new(path, problem);

    /// <param name="length">As found in the file, so any number.</param>
    /// <param name="where">What is being read, for the message: "key 'x'".</param>
    public ReadOnlySpan<byte> Take(ulong length, string where)
    {
        if (length > (ulong)Remaining)
            throw Refuse($"the file ends inside {where}");
        var taken = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    public uint UInt32(string where) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), where));

    public ulong UInt64(string where) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), where));

    /// <summary>A length in bytes, then as many bytes of UTF-8.</summary>
    public ReadOnlySpan<byte> String(string where) => Take(UInt64(where), where);

    /// <summary>A key or a tensor's name: short, not empty, and free of control characters, which hide in a C string or a terminal.</summary>
    public string Name(int longest, string where)
    {
        var length = UInt64(where);
        if (length == 0)
            throw Refuse($"{where} has an empty name");
        if (length > (ulong)longest)
            throw Refuse($"{where} has a name of {length} bytes, where {longest} are allowed");
        var name = Encoding.UTF8.GetString(Take(length, where));
        foreach (var letter in name)
        {
            if (char.IsControl(letter))
                throw Refuse($"{where} has a control character in its name");
        }
        return name;
    }
}
