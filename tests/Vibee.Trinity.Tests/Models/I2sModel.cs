using Vibee.Gguf;
using Vibee.Trinity.Ternary;

namespace Vibee.Trinity.Tests.Models;

/// <summary>A model whose ternary matrices are stored as bitnet.cpp stores them; everything else stays as it is.</summary>
internal static class I2sModel
{
    public static void Convert(string source, string target)
    {
        using var file = GgufFile.Open(source);
        var writer = new GgufWriter();
        foreach (var key in file.Metadata.Keys)
            Copy(file.Metadata, key, writer);
        foreach (var tensor in file.Tensors)
        {
            var data = tensor.Bytes.ToArray();
            var type = tensor.Type;
            if (type == GgmlType.TQ2_0)
            {
                type = GgmlType.I2_S;
                data = new byte[I2s.Size(tensor.ElementCount)];
                Assert.True(I2s.TryConvert(tensor.Bytes, data), $"{tensor.Name} has more than one scale.");
            }

            writer.AddTensor(tensor.Name, type, [.. tensor.Dimensions], data);
        }

        writer.WriteTo(target);
    }

    private static void Copy(GgufMetadata metadata, string key, GgufWriter writer)
    {
        if (metadata.GetString(key) is { } text)
            writer.Add(key, text);
        else if (metadata.GetBool(key) is { } flag)
            writer.Add(key, flag);
        else if (metadata.GetInteger(key) is { } integer)
            writer.Add(key, (uint)integer);
        else if (metadata.GetNumber(key) is { } number)
            writer.Add(key, (float)number);
        else if (metadata.GetStrings(key) is { } strings)
            writer.Add(key, strings.ToArray());
        else
            writer.Add(key, metadata.GetIntegers(key)!.Select(value => (int)value).ToArray());
    }
}
