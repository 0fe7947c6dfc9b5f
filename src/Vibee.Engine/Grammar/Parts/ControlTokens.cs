using System.Text;

namespace Vibee.Engine.Grammar.Parts;

/// <summary>
/// Control tokens as grammars see them. They have no text of their own, for what a user typed must not become one, so
/// each stands for a character beyond Unicode, spelled as UTF-8 would spell it: no class of characters and no
/// complement has it, only a literal that names the token, and automata need not know that there is such a thing.
/// </summary>
internal sealed class ControlTokens
{
    private const int First = 0x110000;

    /// <summary>As many as four bytes can spell with a first byte that is never used otherwise.</summary>
    private const int Most = 0x140000 - First;

    private readonly Dictionary<int, byte[]> _bytes = [];
    private readonly List<int> _tokens = [];
    private readonly Dictionary<string, int> _characters = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int[] _lengths;

    /// <param name="tokenizer">The model's.</param>
    /// <param name="ends">Tokens that end the text: where they may come is asked otherwise.</param>
    public ControlTokens(ITokenizer tokenizer, IReadOnlySet<int> ends)
    {
        for (var token = 0; token < tokenizer.VocabularySize && _tokens.Count < Most; token++)
        {
            if (ends.Contains(token) || !tokenizer.Bytes(token).IsEmpty || tokenizer.Bytes(token, renderSpecial: true) is not { IsEmpty: false } text)
                continue;
            var character = First + _tokens.Count;
            if (!_characters.TryAdd(Encoding.UTF8.GetString(text), character))
                continue;
            _bytes.Add(token, Spell(character));
            _tokens.Add(token);
        }
        _lookup = _characters.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = [.. _characters.Keys.Select(text => text.Length).Distinct().OrderDescending()];
    }

    /// <summary>Each with what spells it.</summary>
    public IReadOnlyDictionary<int, byte[]> Spellings => _bytes;

    /// <returns>Nothing for a token that is not one.</returns>
    public ReadOnlySpan<byte> Bytes(int token) => _bytes.GetValueOrDefault(token);

    /// <returns>The longest name of a control token with which the text begins, and its character.</returns>
    public (int Length, int Character)? At(ReadOnlySpan<char> text)
    {
        foreach (var length in _lengths)
        {
            if (length <= text.Length && _lookup.TryGetValue(text[..length], out var character))
                return (length, character);
        }
        return null;
    }

    /// <returns>The token that bytes begin with; −1 if it is none.</returns>
    public int Find(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || bytes[0] != 0xF4 || bytes[1] < 0x90)
            return -1;
        var number = ((bytes[0] & 7) << 18 | (bytes[1] & 63) << 12 | (bytes[2] & 63) << 6 | bytes[3] & 63) - First;
        return number < _tokens.Count ? _tokens[number] : -1;
    }

    private static byte[] Spell(int character) =>
        [(byte)(0xF0 | character >> 18), (byte)(0x80 | character >> 12 & 63), (byte)(0x80 | character >> 6 & 63), (byte)(0x80 | character & 63)];
}
