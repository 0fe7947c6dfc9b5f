using System.Runtime.CompilerServices;
using Vibee.Engine.Grammar.Gbnf;
using Vibee.Engine.Grammar.JsonSchema;
using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Matching;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Parts;

/// <summary>
/// Turns parts into goals. Neighbours that are regular become one terminal: where a free text ends is then seen by one
/// automaton, without several readings of it side by side.
/// </summary>
/// <param name="lexicon">The grammar's.</param>
/// <param name="vocabulary">Whose control tokens literals may hold, or null.</param>
internal sealed class PartCompiler(Lexicon lexicon, GrammarVocabulary? vocabulary)
{
    private readonly List<SchemaCompiler> _schemas = [];
    private readonly List<UnenforcedKeyword> _unenforced = [];

    /// <summary>What the schemas among the parts ask for and the grammar does not ensure.</summary>
    public IReadOnlyList<UnenforcedKeyword> Unenforced => _unenforced;

    /// <exception cref="GrammarException">What is wrong with a part.</exception>
    public Goal Compile(GrammarPart part) => GoalOf(part);

    /// <summary>Forgets what can be made again.</summary>
    public void Forget()
    {
        foreach (var schema in _schemas)
            schema.Forget();
    }

    private RegexFactory Regexes => lexicon.Regexes;

    private static bool IsRegular(GrammarPart part) => part switch
    {
        GrammarPart.Schema or GrammarPart.Gbnf => false,
        GrammarPart.Sequence sequence => sequence.Parts.All(IsRegular),
        GrammarPart.OneOf either => either.Parts.All(IsRegular),
        GrammarPart.Repetition repetition => IsRegular(repetition.Part) && (repetition.Separator is null || IsRegular(repetition.Separator)),
        _ => true,
    };

    private Goal GoalOf(GrammarPart part)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new GrammarLimitException("parts are nested too deep");
        if (IsRegular(part))
            return new FixedGoal([Terminal([part], null)]);
        return part switch
        {
            GrammarPart.Schema schema => SchemaGoal(schema),
            GrammarPart.Gbnf gbnf => GbnfCompiler.Compile(lexicon, gbnf.Text),
            GrammarPart.Sequence sequence => SequenceGoal(sequence.Parts),
            GrammarPart.OneOf either => new FixedGoal([.. either.Parts.Select(member => Production.Call(GoalOf(member)))]),
            GrammarPart.Repetition repetition => RepetitionGoal(repetition),
            _ => throw new InvalidOperationException($"{part.GetType().Name} is regular"),
        };
    }

    private FixedGoal SequenceGoal(IReadOnlyList<GrammarPart> parts)
    {
        FixedGoal? then = null;
        for (var end = parts.Count; end > 0;)
        {
            var start = end - 1;
            while (start > 0 && IsRegular(parts[start]) && IsRegular(parts[start - 1]))
                start--;
            then = IsRegular(parts[end - 1])
                ? new FixedGoal([Terminal([.. parts.Skip(start).Take(end - start)], then)])
                : new FixedGoal([Production.Call(GoalOf(parts[end - 1]), then)]);
            end = start;
        }
        return then!;
    }

    private Goal RepetitionGoal(GrammarPart.Repetition repetition)
    {
        var max = repetition.Max ?? Repeat.Unlimited;
        if (max == 0)
            return new FixedGoal([Production.Empty]);
        var body = GoalOf(repetition.Part);
        if (repetition.Separator is not { } separator)
            return new RepeatGoal(body, repetition.Min, max);
        var again = new FixedGoal([Production.Call(GoalOf(separator), body)]);
        var rest = new RepeatGoal(again, Math.Max(repetition.Min - 1, 0), max == Repeat.Unlimited ? max : max - 1);
        var some = Production.Call(body, rest);
        return new FixedGoal(repetition.Min > 0 ? [some] : [Production.Empty, some]);
    }

    private Goal SchemaGoal(GrammarPart.Schema schema)
    {
        var compiler = new SchemaCompiler(lexicon, schema.Options ?? new JsonSchemaOptions());
        try
        {
            var goal = compiler.Compile(schema.Json);
            _schemas.Add(compiler);
            // A tool's schema may be in several places of a grammar.
            _unenforced.AddRange(compiler.Unenforced.Select(keyword => keyword with { Pointer = schema.Place + keyword.Pointer }).Except(_unenforced));
            return goal;
        }
        catch (GrammarException exception) when (exception.Pointer is { } pointer && schema.Place.Length > 0)
        {
            throw new GrammarException($"{schema.Place}: {exception.Message}", schema.Place + pointer);
        }
    }

    private Production Terminal(IReadOnlyList<GrammarPart> parts, Goal? then) => RegexOf(new GrammarPart.Sequence(parts)) is var regex && Regexes.IsEmpty(regex)
        ? throw new GrammarException("no text satisfies the pattern")
        : Production.Read(lexicon.Start(regex, Spelling.Plain), then);

    private Regex RegexOf(GrammarPart part)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new GrammarLimitException("parts are nested too deep");
        return part switch
        {
            GrammarPart.Literal literal => LiteralRegex(literal.Text),
            GrammarPart.Choice choice => choice.Texts.Count > 0 ? Regexes.OneOfTexts(choice.Texts) : throw new GrammarException("there must be at least one choice"),
            GrammarPart.Pattern pattern => PatternCompiler.Whole(Regexes, pattern.Regex),
            GrammarPart.FreeText { Without.Count: 0 } => Regexes.All,
            GrammarPart.FreeText free => Regexes.Not(Regexes.Sequence(Regexes.All, Regexes.OneOfTexts(free.Without), Regexes.All)),
            GrammarPart.Sequence sequence => Regexes.Sequence([.. sequence.Parts.Select(RegexOf)]),
            GrammarPart.OneOf either => Regexes.Either([.. either.Parts.Select(RegexOf)]),
            GrammarPart.Repetition repetition => RepetitionRegex(repetition),
            _ => throw new InvalidOperationException($"{part.GetType().Name} is not regular"),
        };
    }

    private Regex RepetitionRegex(GrammarPart.Repetition repetition)
    {
        var max = repetition.Max ?? Repeat.Unlimited;
        if (max == 0)
            return Regexes.Empty;
        var body = RegexOf(repetition.Part);
        if (repetition.Separator is not { } separator)
            return Regexes.Repeat(body, repetition.Min, max);
        var rest = Regexes.Repeat(Regexes.Sequence(RegexOf(separator), body), Math.Max(repetition.Min - 1, 0), max == Repeat.Unlimited ? max : max - 1);
        var some = Regexes.Sequence(body, rest);
        return repetition.Min > 0 ? some : Regexes.Optional(some);
    }

    private Regex LiteralRegex(string text)
    {
        var parts = new List<Regex>();
        var plain = 0;
        for (var at = 0; at < text.Length;)
        {
            if (vocabulary?.ControlAt(text.AsSpan(at)) is not var (length, character))
            {
                at++;
                continue;
            }
            parts.Add(Regexes.Text(text[plain..at]));
            parts.Add(Regexes.OneOf(CharSet.Of(character)));
            plain = at += length;
        }
        parts.Add(Regexes.Text(text[plain..]));
        return Regexes.Sequence([.. parts]);
    }
}
