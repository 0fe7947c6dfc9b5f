using System.Numerics;
using System.Text;

namespace Vibee.Engine.Grammar.Patterns;

/// <summary>
/// Makes expressions, equal ones once, simplified as far as keeps the number of derivatives finite and small. One
/// belongs to each grammar and is used under its lock.
/// </summary>
internal sealed class RegexFactory
{
    /// <summary>More alternatives than this in one state are refused: some patterns have states without number.</summary>
    private const int MaxAlternatives = 3000;

    /// <summary>How many expressions a search for a member of a language may visit before it is taken to have one.</summary>
    private const int SearchLimit = 5000;

    /// <summary>How many all searches of a grammar may visit before they are cut to a few steps each.</summary>
    private const int SearchBudget = 50_000;
    private const int ShortSearch = 30;

    private readonly List<Regex> _parts = [];
    private readonly Dictionary<string, WordList.Words> _lists = [];
    private HashSet<Regex> _interned = new(new Structure());
    private int _nextId;
    private int _searched;

    public RegexFactory()
    {
        Nothing = Intern(new Nothing());
        Empty = Intern(new Empty());
        AnyCharacter = Intern(new OneOf(CharSet.Any));
        All = Intern(new Repeat(AnyCharacter, 0, Patterns.Repeat.Unlimited));
    }

    public Regex Nothing { get; }

    public Regex Empty { get; }

    public Regex AnyCharacter { get; }

    /// <summary>Every text.</summary>
    public Regex All { get; }

    /// <summary>For <see cref="MoveLists"/>, to be used again.</summary>
    public List<int> Borders { get; } = [];

    /// <summary>How many expressions are alive.</summary>
    public int Count => _interned.Count;

    /// <summary>What has been done so far, in steps of about 10 ns; see <see cref="WorkLimit"/>.</summary>
    public WorkLimit Work { get; } = new();

    public Regex Intern(Regex candidate)
    {
        Work.Spend(20);
        if (_interned.TryGetValue(candidate, out var known))
            return known;
        candidate.Id = _nextId++;
        _interned.Add(candidate);
        return candidate;
    }

    /// <summary>Forgets all derivatives. Expressions in use stay valid; equal ones may be made anew.</summary>
    public void Forget()
    {
        foreach (var regex in _interned)
            regex.Forget();
        _interned = new HashSet<Regex>(new Structure()) { Nothing, Empty, AnyCharacter, All };
    }

    public Regex OneOf(CharSet set) => set.IsEmpty ? Nothing : Intern(new OneOf(set));

    public Regex Text(string text)
    {
        var result = Empty;
        foreach (var rune in text.EnumerateRunes().Reverse())
            result = Sequence(OneOf(CharSet.Of(rune.Value)), result);
        return result;
    }

    public Regex Tag(int tag) => Intern(new Tagged(tag));

    public Regex OneOfTexts(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return Nothing;
        var runes = texts.Select(Scalars).ToArray();
        Array.Sort(runes, ByScalars);
        runes = [.. runes.Where((text, index) => index == 0 || !text.AsSpan().SequenceEqual(runes[index - 1]))];
        return Intern(new WordList(new WordList.Words(runes, null), 0, runes.Length, 0));
    }

    /// <summary>A list of different texts for <see cref="Keys"/>; each is tagged with its place in the given order. Equal
    /// lists are one: choices of a schema mostly have the same properties.</summary>
    public WordList.Words Tagged(IReadOnlyCollection<string> texts)
    {
        var name = string.Join('\n', texts.Select(text => $"{text.Length}{text}"));
        if (_lists.TryGetValue(name, out var known))
            return known;
        var runes = texts.Select(Scalars).ToArray();
        var tags = Enumerable.Range(0, runes.Length).ToArray();
        Array.Sort(runes, tags, ByScalars);
        return _lists[name] = new WordList.Words(runes, tags);
    }

    /// <summary>Those of a list that are allowed, and perhaps all texts that are not in the list.</summary>
    /// <param name="isAllowed">By tag.</param>
    /// <param name="otherTag">What other texts are reported as; null if there are none.</param>
    public Regex Keys(WordList.Words words, Func<int, bool> isAllowed, int? otherTag)
    {
        var rest = otherTag is { } tag ? Sequence(All, Tag(tag)) : null;
        var excluded = BigInteger.Zero;
        for (var index = 0; index < words.Texts.Length; index++)
        {
            if (!isAllowed(words.Tags![index]))
                excluded |= BigInteger.One << index;
        }
        return words.Texts.Length == 0 ? rest ?? Nothing : Intern(new KeyList(words, 0, words.Texts.Length, 0, excluded, rest));
    }

    private static Comparer<int[]> ByScalars { get; } = Comparer<int[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    private static int[] Scalars(string text) => [.. text.EnumerateRunes().Select(rune => rune.Value)];

    public Regex Sequence(Regex head, Regex tail)
    {
        if (head is Nothing || tail is Nothing)
            return Nothing;
        if (head is Empty)
            return tail;
        if (tail is Empty)
            return head;
        return head is Chain pair
            ? Sequence(pair.Head, Sequence(pair.Tail, tail))
            : Intern(new Chain(head, tail));
    }

    public Regex Sequence(params ReadOnlySpan<Regex> parts)
    {
        var result = Empty;
        for (var index = parts.Length - 1; index >= 0; index--)
            result = Sequence(parts[index], result);
        return result;
    }

    public Regex Either(params IReadOnlyList<Regex> members)
    {
        if (members.Count == 1)
            return members[0];
        Work.Spend(20 * members.Count);
        var merged = Alternatives.Merge(this, members);
        return merged.Length switch
        {
            0 => Nothing,
            1 => merged[0],
            > MaxAlternatives => throw new GrammarLimitException($"a state of the pattern has more than {MaxAlternatives} alternatives"),
            _ => Intern(new Either(merged)),
        };
    }

    public Regex Both(params IReadOnlyList<Regex> members)
    {
        Work.Spend(20 * members.Count);
        var parts = _parts;
        parts.Clear();
        for (var index = 0; index < members.Count; index++)
        {
            if (members[index] is Nothing)
                return Nothing;
            if (members[index] is Both both)
                parts.AddRange(both.Members);
            else if (members[index] != All)
                parts.Add(members[index]);
        }
        SortParts();
        return parts switch
        {
            [] => All,
            [var only] => only,
            [OneOf first, OneOf second] => OneOf(first.Set.Intersect(second.Set)),
            _ when parts.Contains(Empty) => parts.TrueForAll(part => part.IsNullable) ? Empty : Nothing,
            { Count: > MaxAlternatives } => throw new GrammarLimitException($"a state of the pattern has more than {MaxAlternatives} conditions"),
            _ => Intern(new Both([.. parts])),
        };
    }

    /// <summary>By id, each once.</summary>
    private void SortParts()
    {
        _parts.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        var kept = 0;
        for (var index = 0; index < _parts.Count; index++)
        {
            if (kept == 0 || _parts[index] != _parts[kept - 1])
                _parts[kept++] = _parts[index];
        }
        _parts.RemoveRange(kept, _parts.Count - kept);
    }

    public Regex Not(Regex inner) =>
        inner == All ? Nothing
        : inner is Nothing ? All
        : inner is Complement not ? not.Inner
        : Intern(new Complement(inner));

    public Regex Repeat(Regex body, int min, int max)
    {
        if (max == 0 || body is Empty)
            return Empty;
        if (body is Nothing)
            return min == 0 ? Empty : Nothing;
        if (min == 1 && max == 1)
            return body;
        if (body is Repeat { Min: 0, Max: Patterns.Repeat.Unlimited })
            return body;
        if (body.IsNullable)
            min = 0;
        return Intern(new Repeat(body, min, max));
    }

    public Regex Optional(Regex body) => Repeat(body, 0, 1);

    public Regex Star(Regex body) => Repeat(body, 0, Patterns.Repeat.Unlimited);

    /// <summary>Whether no text belongs to the language, as far as a search of limited length can tell.</summary>
    public bool IsEmpty(Regex regex)
    {
        if (regex is Nothing)
            return true;
        if (!regex.MayBeEmpty || regex.IsNullable)
            return false;
        return regex.IsEmpty ??= !HasMember(regex);
    }

    /// <summary>Whether a whole text belongs to the language.</summary>
    public bool Matches(Regex regex, string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (Array.Find(regex.Moves(this), move => rune.Value >= move.Low && rune.Value <= move.High).Target is not { } target)
                return false;
            regex = target;
        }
        return regex.IsNullable;
    }

    public Move[] WithoutDeadEnds(Move[] moves)
    {
        foreach (var move in moves)
        {
            if (IsEmpty(move.Target))
                return [.. moves.Where(other => !IsEmpty(other.Target))];
        }
        return moves;
    }

    private bool HasMember(Regex start)
    {
        var seen = new HashSet<Regex>(ReferenceEqualityComparer.Instance) { start };
        var waiting = new Queue<Regex>();
        var limit = _searched < SearchBudget ? SearchLimit : ShortSearch;
        waiting.Enqueue(start);
        while (waiting.TryDequeue(out var regex))
        {
            foreach (var move in regex.RawMoves(this))
            {
                var target = move.Target;
                if (target.IsNullable || !target.MayBeEmpty || target.IsEmpty == false)
                {
                    _searched += seen.Count;
                    return true;
                }
                if (target.IsEmpty != true && seen.Add(target))
                    waiting.Enqueue(target);
            }
            if (seen.Count > limit)
                break;
        }
        _searched += seen.Count;
        if (seen.Count > limit)
            return true;
        foreach (var regex in seen)
            regex.IsEmpty = true;
        return false;
    }

    private sealed class Structure : IEqualityComparer<Regex>
    {
        public bool Equals(Regex? a, Regex? b) => a!.SameAs(b!);

        public int GetHashCode(Regex regex) => regex.Hash();
    }
}
