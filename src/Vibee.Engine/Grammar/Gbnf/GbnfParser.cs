using System.Globalization;
using System.Text;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Gbnf;

/// <summary>
/// Reads llama.cpp's GBNF: <c>name ::= "text" other [a-z]* ( "x" | . ){2,3}</c>, one rule after the other, where a rule
/// goes on in the next line only inside parentheses or after <c>::=</c> and <c>|</c>.
/// </summary>
internal sealed class GbnfParser
{
    private const int MaxLength = 2_000_000;
    private const int MaxDepth = 200;
    private const int MaxRules = 20_000;

    private readonly string _text;
    private readonly Dictionary<string, Rule> _rules = [];
    private int _at;
    private int _depth;

    private GbnfParser(string text) => _text = text;

    /// <returns>All rules by name; each is defined.</returns>
    /// <exception cref="GrammarException">What is wrong, and where.</exception>
    public static IReadOnlyDictionary<string, Rule> Parse(string text)
    {
        if (text.Length > MaxLength)
            throw new GrammarException($"the grammar is longer than {MaxLength} characters");
        var parser = new GbnfParser(text);
        parser.Rules();
        return parser._rules;
    }

    private void Rules()
    {
        for (Space(newLines: true); _at < _text.Length; Space(newLines: true))
        {
            var rule = Name() ?? throw Problem("expected the name of a rule");
            if (rule.Body != null)
                throw Problem($"rule '{rule.Name}' is defined twice");
            Space(newLines: false);
            if (!_text.AsSpan(_at).StartsWith("::="))
                throw Problem("expected ::=");
            _at += 3;
            Space(newLines: true);
            rule.Body = Alternatives(nested: false);
            if (_at < _text.Length && Peek is not ('\r' or '\n'))
                throw Problem("expected a part of the rule or the end of the line");
        }
        foreach (var rule in _rules.Values)
        {
            if (rule.Body == null)
                throw new GrammarException($"line {rule.Line}, column {rule.Column}: rule '{rule.Name}' is not defined", rule.Line, rule.Column);
        }
    }

    private Term Alternatives(bool nested)
    {
        if (++_depth > MaxDepth)
            throw Problem($"groups are nested more than {MaxDepth} deep");
        var members = new List<Term> { Sequence(nested) };
        while (Take('|'))
        {
            Space(newLines: true);
            members.Add(Sequence(nested));
        }
        _depth--;
        return members.Count == 1 ? members[0] : new Term.Either(members);
    }

    private Term Sequence(bool nested)
    {
        var parts = new List<Term>();
        while (Part() is { } part)
        {
            Space(nested);
            while (Repetition(out var min, out var max))
            {
                part = new Term.Repetition(part, min, max);
                Space(nested);
            }
            parts.Add(part);
        }
        return parts.Count == 1 ? parts[0] : new Term.Sequence(parts);
    }

    private Term? Part()
    {
        switch (Peek)
        {
            case '"':
                _at++;
                return Literal();
            case '[':
                _at++;
                return new Term.Characters(Class());
            case '.':
                _at++;
                return new Term.Characters(CharSet.Any);
            case '(':
                _at++;
                Space(newLines: true);
                var group = Alternatives(nested: true);
                return Take(')') ? group : throw Problem("expected ')'");
            case '<' or '!':
                throw Problem("tokens by name are not supported in grammars; write their text");
            default:
                return Name() is { } rule ? new Term.Reference(rule) : null;
        }
    }

    private Term.Literal Literal()
    {
        var text = new StringBuilder();
        while (!Take('"'))
            text.Append(new Rune(Character()));
        return new Term.Literal(text.ToString());
    }

    private CharSet Class()
    {
        var negated = Take('^');
        var ranges = new List<(int, int)>();
        while (!Take(']'))
        {
            var low = Character();
            var high = low;
            if (Peek == '-' && _at + 1 < _text.Length && _text[_at + 1] != ']')
            {
                _at++;
                high = Character();
            }
            ranges.Add((low, high));
        }
        var set = CharSet.Of(ranges.ToArray()).Intersect(CharSet.Any);
        return negated ? set.Complement() : set;
    }

    /// <summary>A scalar value, perhaps escaped; surrogates do not occur in text.</summary>
    private int Character()
    {
        if (_at >= _text.Length)
            throw Problem("the text or the class does not end");
        if (Peek != '\\')
        {
            var status = Rune.DecodeFromUtf16(_text.AsSpan(_at), out var rune, out var length);
            if (status != System.Buffers.OperationStatus.Done)
                throw Problem("half a surrogate pair");
            _at += length;
            return rune.Value;
        }
        _at++;
        var escape = Peek;
        _at++;
        return escape switch
        {
            't' => '\t',
            'r' => '\r',
            'n' => '\n',
            '\\' or '"' or '[' or ']' or '-' => escape,
            'x' => Hex(2),
            'u' => Hex(4),
            'U' => Hex(8),
            _ => throw Problem("this escape is not known"),
        };
    }

    private int Hex(int digits)
    {
        if (_at + digits > _text.Length
            || !uint.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || !Rune.IsValid(value))
            throw Problem($"expected {digits} hexadecimal digits of a character");
        _at += digits;
        return (int)value;
    }

    private bool Repetition(out int min, out int max)
    {
        (min, max) = (0, Repeat.Unlimited);
        if (Take('*'))
            return true;
        if (Take('?'))
        {
            max = 1;
            return true;
        }
        if (Take('+'))
        {
            min = 1;
            return true;
        }
        if (!Take('{'))
            return false;
        Space(newLines: true);
        var hasMin = Number(out min);
        Space(newLines: true);
        if (Take(','))
        {
            Space(newLines: true);
            if (!Number(out max))
                max = Repeat.Unlimited;
        }
        else
        {
            max = hasMin ? min : throw Problem("expected a number of times");
        }
        Space(newLines: true);
        if (!Take('}'))
            throw Problem("expected '}'");
        return max >= min ? true : throw Problem("a repetition whose minimum is above its maximum");
    }

    private bool Number(out int number)
    {
        number = 0;
        var start = _at;
        for (; char.IsAsciiDigit(Peek); _at++)
        {
            number = number * 10 + (Peek - '0');
            if (number > PatternParser.MaxCount)
                throw Problem($"a repetition of more than {PatternParser.MaxCount}");
        }
        return _at > start;
    }

    private Rule? Name()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Peek) || Peek is '-' or '_')
            _at++;
        if (_at == start)
            return null;
        var name = _text[start.._at];
        if (_rules.TryGetValue(name, out var rule))
            return rule;
        if (_rules.Count == MaxRules)
            throw Problem($"more than {MaxRules} rules");
        var (line, column) = Place(start);
        rule = new Rule(name, line, column);
        _rules.Add(name, rule);
        return rule;
    }

    private void Space(bool newLines)
    {
        for (; _at < _text.Length; _at++)
        {
            if (Peek == '#')
            {
                while (_at < _text.Length && Peek is not ('\r' or '\n'))
                    _at++;
            }
            if (!(Peek is ' ' or '\t' || (newLines && Peek is '\r' or '\n')))
                return;
        }
    }

    /// <summary>NUL at the end, which no rule may contain.</summary>
    private char Peek => _at < _text.Length ? _text[_at] : '\0';

    private bool Take(char letter)
    {
        if (Peek != letter)
            return false;
        _at++;
        return true;
    }

    private (int Line, int Column) Place(int at)
    {
        var before = _text.AsSpan(0, Math.Min(at, _text.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    private GrammarException Problem(string what)
    {
        var (line, column) = Place(_at);
        return new GrammarException($"line {line}, column {column}: {what}", line, column);
    }
}
