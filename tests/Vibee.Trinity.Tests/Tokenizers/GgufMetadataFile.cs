using System.Text;
using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Trinity.Tokenizers;

namespace Vibee.Trinity.Tests.Tokenizers;

/// <summary>A GGUF file of metadata alone, for tokenizers that no real file has.</summary>
internal sealed class GgufMetadataFile
{
    private readonly List<(string Key, Action<BinaryWriter> Value)> _entries = [];

    public GgufMetadataFile Add(string key, string value) => Add(key, writer =>
    {
        writer.Write(8u);
        WriteText(writer, value);
    });

    public GgufMetadataFile Add(string key, int value) => Add(key, writer =>
    {
        writer.Write(5u);
        writer.Write(value);
    });

    public GgufMetadataFile Add(string key, bool value) => Add(key, writer =>
    {
        writer.Write(7u);
        writer.Write(value);
    });

    public GgufMetadataFile Add(string key, params string[] values) => Array(key, 8, values, WriteText);

    public GgufMetadataFile Add(string key, params int[] values) => Array(key, 5, values, (writer, value) => writer.Write(value));

    public GgufMetadataFile Add(string key, params float[] values) => Array(key, 6, values, (writer, value) => writer.Write(value));

    public (ITokenizer? Tokenizer, string? Refusal) Load()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var writer = new BinaryWriter(File.Create(path)))
            {
                writer.Write("GGUF"u8);
                writer.Write(3u);
                writer.Write(0ul);
                writer.Write((ulong)_entries.Count);
                foreach (var (key, value) in _entries)
                {
                    WriteText(writer, key);
                    value(writer);
                }
            }
            using var file = GgufFile.Open(path);
            TokenizerLoader.TryLoad(file.Metadata, out var tokenizer, out var refusal);
            return (tokenizer, refusal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private GgufMetadataFile Array<T>(string key, uint type, T[] values, Action<BinaryWriter, T> write) => Add(key, writer =>
    {
        writer.Write(9u);
        writer.Write(type);
        writer.Write((ulong)values.Length);
        foreach (var value in values)
            write(writer, value);
    });

    private GgufMetadataFile Add(string key, Action<BinaryWriter> value)
    {
        _entries.Add((key, value));
        return this;
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
