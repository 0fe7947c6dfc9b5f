using Vibee.Engine.Grammar.JsonSchema;
using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Matching;
using Vibee.Engine.Grammar.Parts;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar;

/// <summary>
/// What a generated text must be, ready to be followed by any number of <see cref="GrammarMatcher"/>s at once, on any
/// threads. It learns while it is followed: states and masks that one text needed are there for the next, within
/// bounded memory.
/// </summary>
public sealed class CompiledGrammar
{
    /// <summary>What all masks that are kept may hold: a thousand of the largest of a vocabulary of 128k tokens, of
    /// usual ones more than there are states.</summary>
    private const int MaxMaskBytes = 20_000_000;

    /// <summary>States that are kept before all are forgotten: about 100 MB.</summary>
    private const int MaxSize = 200_000;
    private const int MaxLexemes = 20_000;
    private const long BytesEach = 500;

    /// <summary>Some 2 s, several times the worst of real schemas.</summary>
    private const long MaxCompileWork = 200_000_000;

    private readonly Recognizer _recognizer;
    private readonly List<MatchState> _masked = [];

    /// <summary>Equal ones once: after every comma of an array comes another state, and the same tokens.</summary>
    private readonly HashSet<KeptMask> _masks = [];
    private readonly Action _forget;
    private MaskBuilder? _builder;
    private long _maskBytes;

    private CompiledGrammar(Lexicon lexicon, Goal root, IReadOnlyList<UnenforcedKeyword> unenforced, Action forget)
    {
        _forget = forget;
        Unenforced = unenforced;
        _recognizer = new Recognizer(lexicon, root);
        Start = _recognizer.Start() ?? throw new GrammarException("no text satisfies the grammar");
        lexicon.IsCompiling = false;
    }

    /// <summary>What a JSON Schema asks for and the grammar does not ensure; empty for other kinds of grammar.</summary>
    public IReadOnlyList<UnenforcedKeyword> Unenforced { get; }

    /// <summary>About how much memory it holds.</summary>
    internal long Bytes => _recognizer.Size * BytesEach + _maskBytes;

    internal MatchState Start { get; }

    /// <summary>Guards everything below; held for microseconds, milliseconds for a mask that is new.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Parts put together.</summary>
    /// <param name="part">What the text must be.</param>
    /// <param name="vocabulary">Whose control tokens literals may name; null if they name none.</param>
    /// <exception cref="GrammarException">What is wrong with a part.</exception>
    public static CompiledGrammar FromParts(GrammarPart part, GrammarVocabulary? vocabulary = null)
    {
        var lexicon = new Lexicon(new RegexFactory());
        var compiler = new PartCompiler(lexicon, vocabulary);
        try
        {
            using var scope = lexicon.Regexes.Work.Allow(MaxCompileWork);
            return new CompiledGrammar(lexicon, compiler.Compile(part), compiler.Unenforced, compiler.Forget);
        }
        catch (GrammarLimitException exception)
        {
            throw AtTheTop(part, $"the grammar is too complex: {exception.Message}");
        }
        catch (GrammarException exception) when (exception is { Pointer: null, Line: 0, Column: 0 })
        {
            throw AtTheTop(part, exception.Message);
        }
    }

    /// <summary>What is wrong with a grammar as a whole is wrong where it begins.</summary>
    private static GrammarException AtTheTop(GrammarPart part, string message) => part switch
    {
        GrammarPart.Schema schema => new GrammarException(message, schema.Place),
        _ => new GrammarException(message, line: part is GrammarPart.Gbnf ? 1 : 0, column: 1),
    };

    /// <summary>Steps since the grammar was made, as <see cref="WorkLimit"/> counts them.</summary>
    internal long Work => _recognizer.Work.Spent;

    /// <summary>llama.cpp's dialect of GBNF; the text starts with rule <c>root</c>.</summary>
    /// <exception cref="GrammarException">What is wrong, with line and column.</exception>
    public static CompiledGrammar FromGbnf(string text) => FromParts(new GrammarPart.Gbnf(text));

    /// <summary>The whole text matches <paramref name="pattern"/>.</summary>
    /// <exception cref="GrammarException">What is wrong or not regular, with its column.</exception>
    public static CompiledGrammar FromRegex(string pattern) => FromParts(new GrammarPart.Pattern(pattern));

    /// <summary>The text is one of <paramref name="choices"/>.</summary>
    /// <exception cref="GrammarException">There is none.</exception>
    public static CompiledGrammar FromChoices(IReadOnlyList<string> choices) => FromParts(new GrammarPart.Choice(choices));

    /// <summary>One JSON value that satisfies a schema of draft 2020-12, or of an older one that it names.</summary>
    /// <exception cref="GrammarException">What is not a schema or cannot be satisfied, with a JSON pointer.</exception>
    public static CompiledGrammar FromJsonSchema(string schema, JsonSchemaOptions? options = null) =>
        FromParts(new GrammarPart.Schema(schema, options));

    /// <summary>Any JSON object, as <c>json_object</c> promises.</summary>
    public static CompiledGrammar AnyJsonObject(JsonSchemaOptions? options = null) => FromJsonSchema("""{"type":"object"}""", options);

    /// <summary>Any JSON value.</summary>
    public static CompiledGrammar AnyJson(JsonSchemaOptions? options = null) => FromJsonSchema("true", options);

    internal MatchState? Next(MatchState state, byte value) => _recognizer.Next(state, value);

    /// <summary>The byte that must follow <paramref name="state"/>; −1 if there are several or none.</summary>
    internal int OnlyByte(MatchState state)
    {
        var only = -1;
        foreach (var item in state.Items)
        {
            var value = item.Lexeme.OnlyByte(_recognizer.Lexicon);
            if (value < 0 || (only >= 0 && only != value))
                return -1;
            only = value;
        }
        return only;
    }

    /// <summary>The tokens that may follow <paramref name="state"/>, without those that end the text. Constant until the
    /// gate is left.</summary>
    internal KeptMask Mask(MatchState state, GrammarVocabulary vocabulary)
    {
        if (state.Mask is { } known && known.Vocabulary == vocabulary)
            return known;
        if (_builder?.Vocabulary != vocabulary)
            _builder = new MaskBuilder(_recognizer, vocabulary);
        var mask = _builder.Build(state);
        if (_maskBytes > MaxMaskBytes)
            ForgetMasks();
        if (_masks.TryGetValue(mask, out var equal))
            mask = equal;
        else if (_masks.Add(mask))
            _maskBytes += mask.Bytes;
        state.Mask = mask;
        _masked.Add(state);
        return mask;
    }

    /// <summary>Called between steps: keeps the memory bounded.</summary>
    internal void Trim()
    {
        if (_recognizer.Size <= MaxSize && _recognizer.Lexicon.Count <= MaxLexemes)
            return;
        ForgetMasks();
        _recognizer.Forget();
        _forget();
    }

    private void ForgetMasks()
    {
        foreach (var state in _masked)
            state.Mask = null;
        _masked.Clear();
        _masks.Clear();
        _maskBytes = 0;
    }
}
