using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Matching;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>
/// The goals of a schema, equal ones once: a value of a formula, and inside of containers what is left of them. There
/// are as many as texts have needed.
/// </summary>
internal sealed class SchemaGoals(Lexicon lexicon, ShapeAlgebra algebra, FormulaTable formulas, Meanings meanings, JsonSchemaOptions options)
{
    private readonly Dictionary<Formula, ValueGoal> _values = [];
    private readonly Dictionary<(ObjectShape, ObjectProgress), ObjectGoal> _objects = [];
    private readonly Dictionary<(ArrayShape, ArrayProgress), ArrayGoal> _arrays = [];

    public Lexicon Lexicon => lexicon;

    public RegexFactory Regexes => lexicon.Regexes;

    public FormulaTable Formulas => formulas;

    public JsonTerminals Terminals { get; } = new(lexicon, options.Whitespace);

    public bool InOrder => options.PropertyOrder == PropertyOrder.Schema;

    public Shape Of(Formula formula) => meanings.Of(formula);

    public bool IsEmpty(Formula formula) => meanings.IsEmpty(formula);

    public Regex Pattern(NumberRange range) => algebra.Pattern(range);

    public Goal Value(Formula formula)
    {
        if (!_values.TryGetValue(formula, out var goal))
            _values.Add(formula, goal = new ValueGoal(this, formula));
        return goal;
    }

    public Goal Object(ObjectShape shape, ObjectProgress progress)
    {
        if (!_objects.TryGetValue((shape, progress), out var goal))
            _objects.Add((shape, progress), goal = new ObjectGoal(this, shape, progress));
        return goal;
    }

    public Goal Array(ArrayShape shape, ArrayProgress progress)
    {
        if (!_arrays.TryGetValue((shape, progress), out var goal))
            _arrays.Add((shape, progress), goal = new ArrayGoal(this, shape, progress));
        return goal;
    }

    /// <summary>Forgets what can be made again.</summary>
    public void Forget()
    {
        foreach (var goal in _values.Values)
            goal.Forget();
        foreach (var goal in _objects.Values)
            goal.Forget();
        foreach (var goal in _arrays.Values)
            goal.Forget();
        _objects.Clear();
        _arrays.Clear();
    }
}
