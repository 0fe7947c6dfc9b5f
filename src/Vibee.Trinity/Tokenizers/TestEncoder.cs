using System.Globalization;
using System.Text;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// The tokenizer of llama.cpp's generated test models (kind <c>test</c>), whose tokens have no text: each five bytes
/// become a token by their hash, and a token reads as its number in hexadecimal.
/// </summary>
internal sealed class TestEncoder : TextEncoder
{
    private const int ChunkSize = 5;

    private readonly uint _count;

    public TestEncoder(int count)
    {
        _count = (uint)count;
        Pieces = new ByteStrings(count);
        for (var token = 0; token < count; token++)
            Pieces.Add(Encoding.UTF8.GetBytes(token.ToString("x", CultureInfo.InvariantCulture)));
    }

    public override ByteStrings Pieces { get; }

    public override long Bytes => Pieces.Bytes;

    public override void Encode(ReadOnlySpan<byte> text, bool begins, List<int> tokens)
    {
        for (; !text.IsEmpty; text = text[Math.Min(ChunkSize, text.Length)..])
        {
            ulong hash = 0;
            foreach (var value in text[..Math.Min(ChunkSize, text.Length)])
                hash = 31 * hash + value;
            tokens.Add((int)(hash % _count));
        }
    }
}
