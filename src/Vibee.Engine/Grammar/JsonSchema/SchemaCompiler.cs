using System.Text.Json;
using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Matching;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>
/// Turns a JSON Schema into goals. Schemas become formulas, formulas shapes, shapes goals, each when it is needed; what
/// is reachable is read at once, so that what is wrong with it is known before anything is generated.
/// </summary>
internal sealed class SchemaCompiler(Lexicon lexicon, JsonSchemaOptions options)
{
    private const int MaxNesting = 200;

    /// <summary>Formulas that are read ahead; combinations of recursive schemas may have no end.</summary>
    private const int MaxAhead = 3000;

    private SchemaReader? _reader;
    private SchemaGoals? _goals;

    public IReadOnlyList<UnenforcedKeyword> Unenforced => _reader!.Notes;

    /// <exception cref="GrammarException">What is not a schema, or that no value satisfies it.</exception>
    public Goal Compile(string schema)
    {
        // The document must outlive the grammar: what is not yet read is read from it.
        JsonElement root;
        try
        {
            root = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = MaxNesting }).RootElement;
        }
        catch (JsonException exception)
        {
            throw new GrammarException(
                $"line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: the schema is not JSON, or nested more than {MaxNesting} deep",
                (int)(exception.LineNumber + 1 ?? 0), (int)(exception.BytePositionInLine + 1 ?? 0));
        }
        var formulas = new FormulaTable();
        var algebra = new ShapeAlgebra(lexicon.Regexes, formulas);
        _reader = new SchemaReader(lexicon.Regexes, formulas, algebra, new SchemaDocument(root));
        var meanings = new Meanings(algebra, formulas, _reader);
        _reader.Use(meanings);
        var formula = formulas.Literal(root, "");
        ReadAhead(meanings, formula);
        if (meanings.IsEmpty(formula))
            throw new GrammarException("no value satisfies the schema", "");
        _goals = new SchemaGoals(lexicon, algebra, formulas, meanings, options);
        return _goals.Value(formula);
    }

    public void Forget() => _goals?.Forget();

    private static void ReadAhead(Meanings meanings, Formula root)
    {
        var seen = new HashSet<Formula> { root };
        var open = new Queue<Formula>(seen);
        void Open(Formula formula)
        {
            if (seen.Count < MaxAhead && seen.Add(formula))
                open.Enqueue(formula);
        }
        while (open.TryDequeue(out var formula))
        {
            var shape = meanings.Of(formula);
            foreach (var alternative in shape.Objects)
            {
                foreach (var value in alternative.Properties.Values)
                    Open(value);
                foreach (var others in alternative.Others)
                    Open(others.Value);
            }
            foreach (var alternative in shape.Arrays)
            {
                foreach (var item in alternative.Prefix)
                    Open(item);
                Open(alternative.Rest);
                foreach (var contains in alternative.Contains)
                    Open(contains.Item);
            }
        }
    }
}
