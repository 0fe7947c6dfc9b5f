using System.Text.Json;
using Vibee.Engine.Grammar;

namespace Vibee.Engine.Tests.Grammar;

/// <summary>The promise on real schemas, where the sample of MaskBench is at hand: nothing valid is refused, nearly
/// everything compiles, and nearly nothing invalid is accepted.</summary>
public class MaskBenchTests
{
    [Fact]
    public void FromJsonSchema_PublishedSchemas_KeepThePromise()
    {
        var (schemas, compiled, invalid, refused) = (0, 0, 0, 0);
        foreach (var line in File.ReadLines(SampleOrSkip()))
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1000 });
            schemas++;
            CompiledGrammar grammar;
            try
            {
                grammar = GrammarProbe.Schema(document.RootElement.GetProperty("schema").GetRawText());
            }
            catch (GrammarException)
            {
                continue;
            }
            compiled++;
            foreach (var test in document.RootElement.GetProperty("tests").EnumerateArray())
            {
                var text = JsonSerializer.Serialize(test.GetProperty("data"), Relaxed);
                var accepted = GrammarProbe.Accepts(grammar, text);
                if (test.GetProperty("valid").GetBoolean())
                    Assert.True(accepted, $"{document.RootElement.GetProperty("name")}: {text}");
                else
                    (invalid, refused) = (invalid + 1, refused + (accepted ? 0 : 1));
            }
        }
        Assert.True(compiled >= 0.97 * schemas, $"{compiled} of {schemas} schemas compile");
        Assert.True(refused >= 0.99 * invalid, $"{refused} of {invalid} invalid instances are refused");
    }

    /// <summary>Schemas that are quickly compiled, for mutations.</summary>
    public static string[] SmallSchemasOrSkip() =>
        [.. File.ReadLines(SampleOrSkip()).Where(line => line.Length < 4000).Select(line =>
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1000 });
            return document.RootElement.GetProperty("schema").GetRawText();
        }).Where(schema => schema.Length < 1000)];

    private static JsonSerializerOptions Relaxed { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string SampleOrSkip()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Vibee.slnx")))
            root = root.Parent;
        var path = root?.Parent is null ? "" : Path.Combine(root.Parent.FullName, "shared", "golden", "maskbench-sample.jsonl");
        if (!File.Exists(path))
            Assert.Skip("the sample of MaskBench (../shared) is not here");
        return path;
    }
}
