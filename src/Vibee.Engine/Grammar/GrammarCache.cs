using System.Security.Cryptography;
using System.Text;

namespace Vibee.Engine.Grammar;

/// <summary>
/// The grammars of one model: what was asked for before is there, with all that it has learned. Those used least recently
/// are forgotten when there are many or they have grown large; whoever follows one keeps it.
/// </summary>
/// <remarks>Threads: any, except the engine's: a grammar that is new is compiled by whoever asks, which may take up to a
/// second, and others who ask for it wait.</remarks>
/// <param name="tokenizer">The model's.</param>
public sealed class GrammarCache(ITokenizer tokenizer)
{
    private const int MaxGrammars = 64;
    private const long MaxBytes = 512L << 20;

    private readonly Lazy<GrammarVocabulary> _vocabulary = new(() => new GrammarVocabulary(tokenizer));
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = []; // the latest first
    private readonly Lock _gate = new();

    /// <summary>The model's tokens, as all its grammars see them; made when first asked for.</summary>
    public GrammarVocabulary Vocabulary => _vocabulary.Value;

    /// <summary>The grammar of some parts, which may name the model's control tokens.</summary>
    /// <exception cref="GrammarException">What is wrong with a part.</exception>
    public CompiledGrammar Get(GrammarPart part)
    {
        var key = KeyOf(part);
        Lazy<CompiledGrammar> grammar;
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                grammar = known.Value.Grammar;
            }
            else
            {
                grammar = new Lazy<CompiledGrammar>(() => Compile(part));
                _entries.Add(key, _byUse.AddFirst(new Entry(key, grammar)));
                Trim();
            }
        }

        try
        {
            return grammar.Value;
        }
        catch
        {
            Forget(key, grammar);
            throw;
        }
    }

    // Whoever asks also waits for the first mask, so that the engine, for whom many wait, need not make it.
    private CompiledGrammar Compile(GrammarPart part)
    {
        var grammar = CompiledGrammar.FromParts(part, Vocabulary);
        new GrammarMatcher(grammar, Vocabulary).FillMask(new ulong[Vocabulary.MaskLength]);
        return grammar;
    }

    private void Trim()
    {
        while (_entries.Count > 1 && (_entries.Count > MaxGrammars || Bytes > MaxBytes))
        {
            _entries.Remove(_byUse.Last!.Value.Key);
            _byUse.RemoveLast();
        }
    }

    private long Bytes => _byUse.Sum(entry => entry.Grammar.IsValueCreated ? entry.Grammar.Value.Bytes : 0);

    private void Forget(string key, Lazy<CompiledGrammar> grammar)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var node) || node.Value.Grammar != grammar)
                return;
            _entries.Remove(key);
            _byUse.Remove(node);
        }
    }

    private static string KeyOf(GrammarPart part)
    {
        var text = new StringBuilder();
        Append(text, part);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // Each string with its length, so that no two differ only in where one ends.
    private static void Append(StringBuilder text, GrammarPart part)
    {
        switch (part)
        {
            case GrammarPart.Literal literal:
                Append(text.Append('L'), literal.Text);
                break;
            case GrammarPart.Choice choice:
                Append(text.Append('C'), choice.Texts);
                break;
            case GrammarPart.Schema schema:
                Append(text.Append('S').Append(schema.Options), [schema.Json, schema.Place]);
                break;
            case GrammarPart.Pattern pattern:
                Append(text.Append('P'), pattern.Regex);
                break;
            case GrammarPart.Gbnf gbnf:
                Append(text.Append('G'), gbnf.Text);
                break;
            case GrammarPart.FreeText free:
                Append(text.Append('F'), free.Without);
                break;
            case GrammarPart.Sequence sequence:
                Append(text.Append('('), sequence.Parts);
                break;
            case GrammarPart.OneOf either:
                Append(text.Append('|'), either.Parts);
                break;
            case GrammarPart.Repetition repetition:
                text.Append('*').Append(repetition.Min).Append(',').Append(repetition.Max);
                Append(text, repetition.Separator is { } separator ? [repetition.Part, separator] : [repetition.Part]);
                break;
            default:
                throw new InvalidOperationException($"unknown {part.GetType().Name}");
        }
    }

    private static void Append(StringBuilder text, IReadOnlyList<GrammarPart> parts)
    {
        text.Append(parts.Count).Append(':');
        foreach (var part in parts)
            Append(text, part);
    }

    private static void Append(StringBuilder text, IReadOnlyList<string> strings)
    {
        text.Append(strings.Count).Append(':');
        foreach (var value in strings)
            Append(text, value);
    }

    private static void Append(StringBuilder text, string value) => text.Append(value.Length).Append(':').Append(value);

    private sealed record Entry(string Key, Lazy<CompiledGrammar> Grammar);
}
