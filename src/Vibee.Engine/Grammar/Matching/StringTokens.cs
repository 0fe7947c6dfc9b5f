using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// The vocabulary as seen from inside a JSON string that may hold anything. Most tokens stay inside: they are known
/// beforehand, by how many characters they spell. The others close the string, and only what comes after its quote
/// depends on the grammar, which is looked at once for all tokens alike.
/// </summary>
/// <remarks>The idea of precomputed slices is llguidance's, that of context-independent tokens XGrammar's.</remarks>
internal sealed class StringTokens
{
    private readonly GrammarVocabulary _vocabulary;
    private readonly List<List<int>> _insideByLength = [];
    private readonly TokenMask?[] _insideUpTo;

    public StringTokens(GrammarVocabulary vocabulary, List<ReadOnlyMemory<byte>> texts, List<int> tokens)
    {
        _vocabulary = vocabulary;
        var lexicon = new Lexicon(new RegexFactory());
        var start = lexicon.State(lexicon.Regexes.All, LexPhase.String);
        var closers = new Dictionary<string, (ReadOnlyMemory<byte> Text, List<(int, int)> Tokens)>();
        for (var index = 0; index < tokens.Count; index++)
        {
            var text = texts[index];
            var (length, closed) = Read(lexicon, start, text.Span);
            if (length < 0)
                continue;
            if (closed < 0)
            {
                while (_insideByLength.Count <= length)
                    _insideByLength.Add([]);
                _insideByLength[length].Add(tokens[index]);
                continue;
            }
            var rest = text[closed..];
            var key = Convert.ToHexString(rest.Span);
            if (!closers.TryGetValue(key, out var group))
                closers.Add(key, group = (rest, []));
            group.Tokens.Add((length, tokens[index]));
        }
        _insideUpTo = new TokenMask?[Math.Max(_insideByLength.Count, 1)];
        var all = closers.Values.ToArray();
        Closers = [.. all.Select(group => group.Tokens.ToArray())];
        AfterQuote = GrammarVocabulary.Sorted([.. all.Select(group => group.Text)], [.. Enumerable.Range(0, all.Length)]);
        var others = Enumerable.Range(0, tokens.Count).Where(index => !System.Text.Unicode.Utf8.IsValid(texts[index].Span) || texts[index].Span.ContainsAny((byte)'"', (byte)'\\')).ToList();
        NotLiteral = GrammarVocabulary.Sorted([.. others.Select(index => texts[index])], [.. others.Select(index => tokens[index])]);
        Possible = new TokenMask(vocabulary);
        foreach (var (_, token) in Closers.SelectMany(group => group))
            Possible[token] = true;
        Possible.Add(Inside);
        JustQuote = Array.FindIndex(all, group => group.Text.IsEmpty);
    }

    /// <summary>What tokens that close the string have after the quote, as a tree of numbers of <see cref="Closers"/>.</summary>
    public TokenTrie AfterQuote { get; }

    /// <summary>Tokens that are alike after the quote, with the number of characters they have before it.</summary>
    public (int Length, int Token)[][] Closers { get; }

    /// <summary>The number of those with nothing after the quote, which are not in the tree; −1 if there are none.</summary>
    public int JustQuote { get; }

    /// <summary>Tokens that have a quote, an escape or a part of a character, as a tree.</summary>
    public TokenTrie NotLiteral { get; }

    /// <summary>All tokens that can stand in a string.</summary>
    public TokenMask Possible { get; }

    /// <summary>All tokens that stay inside.</summary>
    public TokenMask Inside => InsideUpTo(int.MaxValue);

    /// <summary>All tokens that stay inside and spell or begin at most so many characters.</summary>
    public TokenMask InsideUpTo(int length)
    {
        length = Math.Min(length, _insideUpTo.Length - 1);
        if (Volatile.Read(ref _insideUpTo[length]) is { } known)
            return known;
        var mask = new TokenMask(_vocabulary);
        foreach (var tokens in _insideByLength.Take(length + 1))
        {
            foreach (var token in tokens)
                mask[token] = true;
        }
        Volatile.Write(ref _insideUpTo[length], mask);
        return mask;
    }

    /// <returns>How many characters, −1 if the token cannot stand in a string; and where the quote ends, −1 if none closes it.</returns>
    private static (int Length, int Closed) Read(Lexicon lexicon, LexState start, ReadOnlySpan<byte> text)
    {
        var (state, length) = (start, 0);
        for (var index = 0; index < text.Length; index++)
        {
            if (state.Next(lexicon, text[index]) is not { } next)
                return (-1, -1);
            if (next.Phase == LexPhase.Closed)
                return (length, index + 1);
            // A character counts when it begins: what began must be allowed to end.
            if (state.Phase == LexPhase.String)
                length++;
            state = next;
        }
        return (length, -1);
    }
}
