using System.CommandLine;
using Vibee.Engine;
using Vibee.Engine.Grammar;
using Vibee.Engine.Grammar.JsonSchema;
using Vibee.Gguf;
using Vibee.Grammars;
using Vibee.Trinity.Tokenizers;

namespace Vibee;

/// <summary><c>vibee grammar check</c>: what of a schema, grammar or pattern is enforced, which instances it accepts, and
/// what that costs; for people who write them.</summary>
internal static class GrammarCommand
{
    public static Command Create() => new("grammar", "Tries out schemas, grammars and patterns for generated text") { CreateCheck() };

    private static Command CreateCheck()
    {
        var schema = new Option<string?>("--schema") { Description = "A JSON Schema" };
        var grammar = new Option<string?>("--grammar") { Description = "A grammar in GBNF" };
        var regex = new Option<string?>("--regex") { Description = "A regular expression for the whole text" };
        var suite = new Option<string?>("--suite") { Description = "Many schemas: lines of {\"name\", \"schema\", \"tests\": [{\"valid\", \"data\"}]}" };
        var instances = new Option<string?>("--instances") { Description = "Texts to try, one on each line; for a schema JSON values" };
        var vocab = new Option<string?>("--vocab") { Description = "A GGUF file whose tokenizer is used; without it bytes are" };
        var order = Setting.Choice("--order", "schema", ["schema", "any"], "In which order properties may come: the schema's, as the server asks for, or any, as a validator accepts");
        var command = new Command("check", "Tells what is enforced, which instances are accepted, and the times to compile and to mask tokens")
            { schema, grammar, regex, suite, instances, vocab, order };
        command.SetAction(parsed => Check(
            parsed.GetValue(schema), parsed.GetValue(grammar), parsed.GetValue(regex), parsed.GetValue(suite),
            parsed.GetValue(instances), parsed.GetValue(vocab),
            new JsonSchemaOptions { PropertyOrder = Enum.Parse<PropertyOrder>(parsed.GetValue(order)!, ignoreCase: true) }));
        return command;
    }

    private static int Check(
        string? schema, string? grammar, string? regex, string? suite, string? instances, string? vocab, JsonSchemaOptions options)
    {
        if (new[] { schema, grammar, regex, suite }.Count(given => given != null) != 1)
            return Failure.Usage(["exactly one of --schema, --grammar, --regex and --suite is needed"]);
        if (suite != null && instances != null)
            return Failure.Usage(["--instances: a --suite has its own"]);
        var problems = InputFile.FindProblems(
            ("--schema", schema), ("--grammar", grammar), ("--suite", suite), ("--instances", instances), ("--vocab", vocab)).ToList();
        if (problems.Count > 0)
            return Failure.Usage(problems);
        try
        {
            if (!TryLoad(vocab, out var tokenizer, out var refusal))
                return Failure.Run($"{vocab}: {refusal}");
            var report = new CheckReport();
            var run = new InstanceRun(tokenizer, tokenizer == null ? null : new GrammarVocabulary(tokenizer), report);
            var check = new GrammarCheck(run, report, Console.Out, isQuiet: suite != null);
            if (suite != null)
            {
                foreach (var line in InputLine.Read(suite).Select(SuiteLine.Read))
                    check.Check(line.Name, () => CompiledGrammar.FromJsonSchema(line.Schema, options), line.Tests);
            }
            else
            {
                var lines = instances == null ? [] : InputLine.Read(instances);
                var texts = lines.Select(line => (schema == null ? line.Text : JsonLine.Read(line, JsonLine.Write), (bool?)null));
                if (schema != null)
                    check.Check(Path.GetFileName(schema), () => CompiledGrammar.FromJsonSchema(InputFile.ReadText(schema), options), texts);
                else if (grammar != null)
                    check.Check(Path.GetFileName(grammar), () => CompiledGrammar.FromGbnf(InputFile.ReadText(grammar)), texts);
                else
                    check.Check("pattern", () => CompiledGrammar.FromRegex(regex!), texts);
            }
            report.Print(Console.Out);
            return report.IsGood ? 0 : 1;
        }
        catch (Exception exception) when (exception is IOException or GgufException)
        {
            return Failure.Run(exception.Message);
        }
    }

    private static bool TryLoad(string? vocab, out ITokenizer? tokenizer, out string? refusal)
    {
        (tokenizer, refusal) = (null, null);
        if (vocab == null)
            return true;
        using var file = GgufFile.Open(vocab);
        return TokenizerLoader.TryLoad(file.Metadata, out tokenizer, out refusal);
    }
}
