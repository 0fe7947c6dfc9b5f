using System.Globalization;
using System.Text;

namespace Vibee.Engine.Grammar.Patterns;

/// <summary>Sets of characters and escapes.</summary>
internal sealed partial class PatternParser
{
    private static readonly CharSet Digits = CharSet.Of(('0', '9'));
    private static readonly CharSet Word = CharSet.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));
    private static readonly CharSet Space = CharSet.OfText("\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff")
        .Union(CharSet.Of((0x2000, 0x200a)));
    private static readonly CharSet NotLineEnd = CharSet.OfText("\n\r\u2028\u2029").Complement();

    private CharSet Class()
    {
        var negated = Take('^');
        var result = CharSet.Empty;
        for (var first = true; ; first = false)
        {
            if (Peek < 0)
                throw Problem("a '[' without its ']'");
            if (Take(']'))
            {
                // []abc] is Python's way to name a bracket; [] is ECMAScript's way to say nothing. A set needs a member.
                if (!first)
                    break;
                result = CharSet.Of(']');
                continue;
            }
            if (Peek == '[' && _at + 1 < _text.Length && _text[_at + 1] == ':')
                throw Problem("POSIX classes are not part of the dialect; write the characters");
            var low = ClassMember(out var single);
            if (single >= 0 && Peek == '-' && _at + 1 < _text.Length && _text[_at + 1] != ']')
            {
                _at++;
                ClassMember(out var high);
                if (high < single)
                    throw Problem("a range of characters must ascend");
                low = CharSet.Of((single, high)).Intersect(CharSet.Any);
            }
            result = result.Union(low);
        }
        result = Cased(result);
        return negated ? result.Complement() : result;
    }

    /// <param name="single">The character, where it is only one.</param>
    private CharSet ClassMember(out int single)
    {
        single = -1;
        var letter = _text[_at++];
        if (letter == '\\')
        {
            if (Peek == 'b')
            {
                _at++;
                single = '\b';
            }
            else if (Peek >= 0 && ClassEscape(_text[_at]) is { } set)
            {
                return set;
            }
            else
            {
                single = CharacterEscape();
            }
        }
        else
        {
            single = letter;
        }
        return CharSet.Of(single);
    }

    private Syntax.Set Escaped()
    {
        switch (Peek)
        {
            case 'b' or 'B':
                throw Problem("word boundaries cannot be enforced");
            case >= '1' and <= '9' or 'k':
                throw Problem("back references are not regular; they cannot be enforced");
            case >= 0 when ClassEscape(_text[_at]) is { } set:
                return new Syntax.Set(set);
            default:
                return new Syntax.Set(Cased(CharSet.Of(CharacterEscape())));
        }
    }

    private CharSet? ClassEscape(int letter)
    {
        switch (letter)
        {
            case 'd': _at++; return Digits;
            case 'D': _at++; return Digits.Complement();
            case 'w': _at++; return Word;
            case 'W': _at++; return Word.Complement();
            case 's': _at++; return Space;
            case 'S': _at++; return Space.Complement();
            case 'p' or 'P':
                _at++;
                var set = Property();
                return letter == 'p' ? set : set.Complement();
            default: return null;
        }
    }

    private CharSet Property()
    {
        var start = _at;
        if (!Take('{'))
            throw Problem("\\p needs a category in braces, such as \\p{L}");
        while (Peek >= 0 && Peek != '}')
            _at++;
        var name = string.Concat(_text[(start + 1).._at].Take(40).Select(rune => new Rune(rune)));
        if (!Take('}') || UnicodeCategories.Find(name) is not { } set)
            throw Problem("only the general categories of Unicode are known, such as \\p{L} and \\p{Nd}");
        return set;
    }

    private int CharacterEscape()
    {
        if (Peek < 0)
            throw Problem("a '\\' at the end");
        switch (_text[_at++])
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return '\a';
            case '0': return 0;
            case 'c' when Peek is >= 'A' and <= 'Z' or >= 'a' and <= 'z': return _text[_at++] & 31;
            case 'x': return Hex(2);
            case 'u' when Take('{'):
                var start = _at;
                while (Peek is >= '0' and <= '9' or >= 'a' and <= 'f' or >= 'A' and <= 'F')
                    _at++;
                var length = _at - start;
                _at = start;
                var value = length is > 0 and < 7 ? Hex(length) : -1;
                return Take('}') && value is >= 0 and <= 0x10FFFF ? value : throw Problem("\\u{…} needs up to six hexadecimal digits");
            case 'u': return Utf16Escape();
            case var letter and (>= 'a' and <= 'z' or >= 'A' and <= 'Z'):
                _at--;
                throw Problem($"the escape \\{(char)letter} is not known");
            case var letter: return letter;
        }
    }

    private int Utf16Escape()
    {
        var unit = Hex(4);
        if (!char.IsHighSurrogate((char)unit) || Peek != '\\' || _at + 1 >= _text.Length || _text[_at + 1] != 'u')
            return unit;
        var back = _at;
        _at += 2;
        var low = Hex(4);
        if (char.IsLowSurrogate((char)low))
            return char.ConvertToUtf32((char)unit, (char)low);
        _at = back;
        return unit;
    }

    private int Hex(int digits)
    {
        var value = 0;
        for (var count = 0; count < digits; count++, _at++)
        {
            if (Peek is < 0 or > 'f' || !char.IsAsciiHexDigit((char)Peek))
                throw Problem($"an escape needs {digits} hexadecimal digits");
            value = value * 16 + int.Parse([(char)Peek], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }
        return value;
    }

    private CharSet Cased(CharSet set)
    {
        if (!_ignoreCase)
            return set;
        var both = set;
        for (var index = 0; index < set.RangeCount; index++)
        {
            var (low, high) = set.Range(index);
            // Beyond the two-byte scripts case hardly occurs; a set of everything must not take a second.
            for (var letter = low; letter <= Math.Min(high, 0x7FF); letter++)
            {
                both = both.Union(CharSet.Of(
                    (char.ToLowerInvariant((char)letter), char.ToLowerInvariant((char)letter)),
                    (char.ToUpperInvariant((char)letter), char.ToUpperInvariant((char)letter))));
            }
        }
        return both;
    }
}
