using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Vibee.Server.Tests;

/// <summary>A message of protocol buffers, read without its schema: values by the numbers of their fields.</summary>
/// <remarks>Encoding: https://protobuf.dev/programming-guides/encoding.</remarks>
internal sealed class Protobuf
{
    private readonly List<(int Field, byte[] Bytes, ulong Number)> _values = [];

    public static Protobuf Parse(ReadOnlySpan<byte> bytes)
    {
        var message = new Protobuf();
        while (bytes.Length > 0)
        {
            var tag = Varint(ref bytes);
            var (field, number, content) = ((int)(tag >> 3), 0UL, Array.Empty<byte>());
            switch (tag & 7)
            {
                case 0:
                    number = Varint(ref bytes);
                    break;
                case 1:
                    number = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                    bytes = bytes[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref bytes);
                    content = bytes[..length].ToArray();
                    bytes = bytes[length..];
                    break;
                case 5:
                    number = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
                    bytes = bytes[4..];
                    break;
                default:
                    throw new InvalidDataException($"There is no wire type {tag & 7}.");
            }

            message._values.Add((field, content, number));
        }

        return message;
    }

    public IEnumerable<Protobuf> All(int field) => _values.Where(value => value.Field == field).Select(value => Parse(value.Bytes));

    public byte[] Bytes(int field) => _values.FirstOrDefault(value => value.Field == field).Bytes ?? [];

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public ulong Number(int field) => _values.FirstOrDefault(value => value.Field == field).Number;

    /// <summary>OpenTelemetry's attributes: key = 1, value = 2 of string = 1, bool = 2, int = 3, double = 4, array = 5.</summary>
    public Dictionary<string, string> Attributes(int field) => All(field).ToDictionary(pair => pair.Text(1), pair => Show(pair.All(2).Single()));

    private static string Show(Protobuf value) => value._values.Single() switch
    {
        (1, var bytes, _) => Encoding.UTF8.GetString(bytes),
        (2 or 3, _, var number) => ((long)number).ToString(CultureInfo.InvariantCulture),
        (4, _, var number) => BitConverter.UInt64BitsToDouble(number).ToString(CultureInfo.InvariantCulture),
        (5, var bytes, _) => string.Join(",", Parse(bytes).All(1).Select(Show)),
        var (other, _, _) => throw new InvalidDataException($"There is no attribute of kind {other}."),
    };

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
