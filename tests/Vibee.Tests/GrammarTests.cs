namespace Vibee.Tests;

public sealed class GrammarTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vibee-").FullName;

    [Fact]
    public async Task Check_Schema_TellsWhatIsEnforcedAndAccepted()
    {
        var schema = await WriteAsync("schema.json", """{"type": "array", "items": {"type": "integer"}, "uniqueItems": true}""");
        var instances = await WriteAsync("instances.jsonl", "[1,2]\n[\"a\"]\n");

        var (exitCode, output, error) = await VibeeProcess.RunAsync(["grammar", "check", "--schema", schema, "--instances", instances]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("uniqueItems at /uniqueItems", output);
        Assert.Contains("instance 1: accepted", output);
        Assert.Contains("instance 2: refused at byte 1", output);
        Assert.Contains("compile: 1 times", output);
    }

    [Theory]
    [InlineData("igla-tiny.gguf")]
    [InlineData("stories260K.gguf")]
    public async Task Check_Tokenizer_AddsNoSpaceToInstances(string model)
    {
        var instances = await WriteAsync("instances.txt", "abc\n a\n");

        var (exitCode, output, error) = await VibeeProcess.RunAsync(
            ["grammar", "check", "--regex", "[a-z]+", "--instances", instances, "--vocab", Checkout.Model(model)]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("instance 1: accepted", output);
        Assert.Contains("instance 2: refused at byte 0", output);
    }

    [Fact]
    public async Task Check_SuiteWithTokenizer_CountsAndMeasures()
    {
        var suite = await WriteAsync("suite.jsonl", """{"name": "one", "schema": {"type": "string"}, "tests": [{"valid": true, "data": "a"}, {"valid": false, "data": 1}]}""");

        var (exitCode, output, _) = await VibeeProcess.RunAsync(
            ["grammar", "check", "--suite", suite, "--vocab", Checkout.Model("igla-tiny.gguf")]);

        Assert.Equal(0, exitCode);
        Assert.Contains("1 of 1 valid ones accepted, 1 of 1 invalid ones refused", output);
        Assert.Contains("mask: ", output);
    }

    [Theory]
    [InlineData("""{"type": "string"}""", "there is no \"schema\"")]
    [InlineData("[1]", "must be an object")]
    [InlineData("""{"schema": {}, "tests": {}}""", "\"tests\" must be an array")]
    [InlineData("""{"schema": {}, "tests": [{"valid": true, "data": 1}, 2]}""", "test 2 must be an object")]
    [InlineData("""{"schema": {}, "tests": [{"valid": true}]}""", "test 1 has no \"data\"")]
    [InlineData("""{"schema": {}, "tests": [{"valid": "yes", "data": 1}]}""", "\"valid\" of test 1 must be true or false")]
    [InlineData("""{"schema": {}, "tests": [{"valid": true, "data": "\ud800"}]}""", "is no text")]
    [InlineData("no JSON", "not valid JSON")]
    public async Task Check_LineThatIsNoSuites_SaysWhatIsWrongWithIt(string line, string expected)
    {
        var suite = await WriteAsync("suite.jsonl", "{\"schema\": {}}\n\n" + line);

        var (exitCode, _, error) = await VibeeProcess.RunAsync(["grammar", "check", "--suite", suite]);

        Assert.Equal(1, exitCode);
        var problem = Assert.Single(error.Trim().Split('\n'));
        Assert.StartsWith($"vibee: {suite}:3:", problem);
        Assert.Contains(expected, problem);
    }

    [Theory]
    [InlineData("1,2", "not valid JSON")]
    [InlineData("\"\\ud800\"", "is no text")]
    public async Task Check_InstanceThatIsNoJson_SaysWhich(string line, string expected)
    {
        var schema = await WriteAsync("schema.json", "{}");
        var instances = await WriteAsync("instances.jsonl", $"1\n\n{line}\n");

        var (exitCode, output, error) = await VibeeProcess.RunAsync(["grammar", "check", "--schema", schema, "--instances", instances]);

        Assert.Equal(1, exitCode);
        Assert.Contains("instance 1: accepted", output);
        var problem = Assert.Single(error.Trim().Split('\n'));
        Assert.StartsWith($"vibee: {instances}:3:", problem);
        Assert.Contains(expected, problem);
    }

    [Theory]
    [InlineData("refused at byte")]
    [InlineData("refused at byte", "--order", "schema")]
    [InlineData("accepted", "--order", "any")]
    public async Task Check_PropertiesInAnotherOrder_AreRefusedAsTheServerWouldUnlessAllowed(string expected, params string[] more)
    {
        var schema = await WriteAsync("schema.json", """{"properties": {"a": {}, "b": {}}, "required": ["a", "b"]}""");
        var instances = await WriteAsync("instances.jsonl", """{"b": 1, "a": 2}""");

        var (exitCode, output, error) = await VibeeProcess.RunAsync(["grammar", "check", "--schema", schema, "--instances", instances, .. more]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains($"instance 1: {expected}", output);
    }

    [Fact]
    public async Task Check_OrderThatIsNone_NamesThoseThereAre()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["grammar", "check", "--regex", "a", "--order", "foo"]);

        Assert.Equal(2, exitCode);
        Assert.Equal("vibee: --order foo: must be one of schema, any", error.Trim());
    }

    [Fact]
    public async Task Check_FilesThatCannotBeRead_AreEachNamed()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(
            ["grammar", "check", "--schema", _directory, "--instances", "/no/such.jsonl", "--vocab", "/no/such.gguf"]);

        Assert.Equal(2, exitCode);
        Assert.Equal(
            [$"vibee: --schema {_directory}: this is a directory, not a file", "vibee: --instances /no/such.jsonl: there is no such file", "vibee: --vocab /no/such.gguf: there is no such file"],
            error.Trim().Split('\n'));
    }

    [Fact]
    public async Task Check_BadGrammar_SaysWhere()
    {
        var grammar = await WriteAsync("bad.gbnf", "root ::= other\n");

        var (exitCode, output, _) = await VibeeProcess.RunAsync(["grammar", "check", "--grammar", grammar]);

        Assert.Equal(1, exitCode);
        Assert.Contains("line 1, column 10: rule 'other' is not defined", output);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<string> WriteAsync(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }
}
