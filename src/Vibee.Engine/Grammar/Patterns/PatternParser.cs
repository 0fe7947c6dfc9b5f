using System.Text;

namespace Vibee.Engine.Grammar.Patterns;

/// <summary>
/// Reads the part of ECMAScript's and Python's regular expressions that describes regular languages. Back references, lookbehind
/// and word boundaries are refused by name; laziness makes no difference to a language.
/// </summary>
internal sealed partial class PatternParser
{
    private const int MaxLength = 100_000;
    private const int MaxDepth = 200;
    public const int MaxCount = 1_000_000;

    private readonly int[] _text;
    private int _at;
    private int _depth;
    private bool _ignoreCase;
    private bool _dotMatchesAll;

    private PatternParser(string pattern) => _text = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    /// <exception cref="GrammarException">What is wrong, and at which column.</exception>
    public static Syntax Parse(string pattern)
    {
        if (pattern.Length > MaxLength)
            throw new GrammarException($"the pattern is longer than {MaxLength} characters");
        var parser = new PatternParser(pattern);
        var syntax = parser.Alternatives();
        return parser._at == parser._text.Length ? syntax : throw parser.Problem("a ')' without its '('");
    }

    private Syntax Alternatives()
    {
        if (++_depth > MaxDepth)
            throw Problem($"groups are nested more than {MaxDepth} deep");
        var (ignoreCase, dotMatchesAll) = (_ignoreCase, _dotMatchesAll);
        var members = new List<Syntax> { Terms() };
        while (Take('|'))
            members.Add(Terms());
        (_ignoreCase, _dotMatchesAll) = (ignoreCase, dotMatchesAll);
        _depth--;
        return members.Count == 1 ? members[0] : new Syntax.Either(members);
    }

    private Syntax Terms()
    {
        var parts = new List<Syntax>();
        while (_at < _text.Length && _text[_at] is not ('|' or ')'))
        {
            if (Term() is { } term)
                parts.Add(Quantified(term));
        }
        return parts.Count == 1 ? parts[0] : new Syntax.Sequence(parts);
    }

    /// <returns>Null for what stands for nothing, such as a flag.</returns>
    private Syntax? Term()
    {
        switch (_text[_at++])
        {
            case '^':
                return new Syntax.Start();
            case '$':
                return new Syntax.End();
            case '.':
                return new Syntax.Set(_dotMatchesAll ? CharSet.Any : NotLineEnd);
            case '[':
                return new Syntax.Set(Class());
            case '(':
                return Group();
            case '\\':
                return Escaped();
            case '*' or '+' or '?':
                _at--;
                throw Problem("nothing to repeat");
            case var letter:
                return new Syntax.Set(Cased(CharSet.Of(letter)));
        }
    }

    private Syntax? Group()
    {
        if (Take('?'))
        {
            if (Take('P'))
                SkipName(Peek == '<' ? '<' : throw Problem("back references are not regular; they cannot be enforced"));
            else if (Peek == '<' && _at + 1 < _text.Length && _text[_at + 1] is not ('=' or '!'))
                SkipName('<');
            else if (Peek == '<')
                throw Problem("lookbehind cannot be enforced");
            else if (Peek is '=' or '!')
                return Lookahead(_text[_at++] == '!');
            else if (Peek is '>' or '(' or '#' or '|')
                throw Problem($"groups of the form (?{(char)Peek} cannot be enforced");
            else if (!Take(':') && Flags())
                return null;
        }
        var body = Alternatives();
        return Take(')') ? body : throw Problem("a '(' without its ')'");
    }

    private Syntax.Ahead Lookahead(bool isNegative)
    {
        var body = Alternatives();
        return Take(')') ? new Syntax.Ahead(body, isNegative) : throw Problem("a '(' without its ')'");
    }

    /// <returns>Whether the group ended with its flags, as in <c>(?i)</c>, and so holds for what follows it.</returns>
    private bool Flags()
    {
        var on = true;
        while (_at < _text.Length)
        {
            switch (_text[_at++])
            {
                case '-': on = false; break;
                case 'i': _ignoreCase = on; break;
                case 's': _dotMatchesAll = on; break;
                case 'u' or 'a': break;
                case ':': return false;
                case ')': return true;
                default:
                    _at--;
                    throw Problem("this flag cannot be enforced");
            }
        }
        throw Problem("a '(' without its ')'");
    }

    private void SkipName(char opening)
    {
        Take(opening);
        while (_at < _text.Length && (Rune.IsLetterOrDigit(new Rune(_text[_at])) || _text[_at] is '_' or '$'))
            _at++;
        if (!Take('>'))
            throw Problem("the name of a group does not end");
    }

    private Syntax Quantified(Syntax term)
    {
        for (var stacked = 0; ; stacked++)
        {
            var (min, max) = (0, Repeat.Unlimited);
            if (Take('*'))
                min = 0;
            else if (Take('+'))
                min = 1;
            else if (Take('?'))
                max = 1;
            else if (!Counts(out min, out max))
                return term;
            if (stacked > 0)
                throw Problem("a repetition of a repetition needs a group");
            if (Peek == '+')
                throw Problem("possessive repetitions cannot be enforced");
            Take('?');
            if (term is not (Syntax.Start or Syntax.End or Syntax.Ahead))
                term = new Syntax.Repeat(term, min, max);
        }
    }

    /// <summary>Reads <c>{3}</c>, <c>{3,}</c>, <c>{3,5}</c>, <c>{,5}</c>; any other brace is an ordinary character.</summary>
    private bool Counts(out int min, out int max)
    {
        (min, max) = (0, Repeat.Unlimited);
        var start = _at;
        if (!Take('{'))
            return false;
        var hasMin = Number(out min);
        var comma = Take(',');
        var hasMax = Number(out var most);
        if (!Take('}') || !(hasMin || (comma && hasMax)))
        {
            _at = start;
            return false;
        }
        max = hasMax ? most : comma ? Repeat.Unlimited : min;
        if (min > max)
            throw Problem("a repetition whose minimum is above its maximum");
        return true;
    }

    private bool Number(out int number)
    {
        number = 0;
        var start = _at;
        for (; Peek is >= '0' and <= '9'; _at++)
        {
            number = number * 10 + (Peek - '0');
            if (number > MaxCount)
                throw Problem($"a repetition of more than {MaxCount}");
        }
        return _at > start;
    }

    private int Peek => _at < _text.Length ? _text[_at] : -1;

    private bool Take(int letter)
    {
        if (Peek != letter)
            return false;
        _at++;
        return true;
    }

    private GrammarException Problem(string what) => new($"column {_at + 1} of the pattern: {what}", 0, _at + 1);
}
