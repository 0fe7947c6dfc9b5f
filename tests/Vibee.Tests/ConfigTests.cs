using System.CommandLine;
using Vibee.Config;

namespace Vibee.Tests;

/// <summary>Settings from a file, beside those from the command line and the environment.</summary>
public sealed class ConfigTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vibee-config-");

    [Fact]
    public async Task PrintConfig_EachSource_IsNamedInOrderOfPrecedence()
    {
        var path = Write("vibee.toml", """
            port = 8111
            ctx = 512
            kv-cache-dir = 'C:\cache "x"'
            model = "m.gguf"
            top-p = 0.5
            """);
        var (exitCode, output, error) = await VibeeProcess.RunAsync(["serve", "--print-config", "--config", path, "--port", "1"],
            new Dictionary<string, string> { ["VIBEE_PORT"] = "2", ["VIBEE_CTX"] = "256" });

        Assert.True(exitCode == 0, error);
        AssertLine(output, "port = 1", "command line");
        AssertLine(output, "ctx = 256", "VIBEE_CTX");
        AssertLine(output, """kv-cache-dir = "C:\\cache \"x\"" """.TrimEnd(), $"{path}:3");
        AssertLine(output, "top-p = 0.5", $"{path}:5");
        AssertLine(output, "host = \"0.0.0.0\"", "default");
        AssertLine(output, "# alias is not set", "default");
    }

    [Fact]
    public async Task PrintConfig_AsAFile_MeansTheSame()
    {
        var first = await VibeeProcess.RunAsync(["serve", "--print-config", "-m", "x.gguf", "--kv-cache", "4G", "--drain-seconds", "2.5"]);
        var second = await VibeeProcess.RunAsync(["serve", "--print-config", "--config", Write("again.toml", first.Output)]);
        Assert.Equal(Values(first.Output), Values(second.Output));

        static IEnumerable<string> Values(string output) => output.Split('\n').Select(line => line.Split("  # ")[0].TrimEnd());
    }

    [Fact]
    public async Task Serve_ProblemsOfEveryKind_AreAllNamedWithFileAndLine()
    {
        var path = Write("vibee.toml", """
            port = 99999
            gpu_layers = 3

            threads = [1, 2]
            [sampling]
            top-k = 3
            """);
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "--config", path, "--ctx", "many"],
            new Dictionary<string, string> { ["VIBEE_PARALLEL"] = "0" });

        Assert.Equal(2, exitCode);
        Assert.Equal(
            [
                "vibee: --ctx many: must be a whole number from 16 to 16777216",
                $"vibee: {path}:1: port = 99999: must be a whole number from 0 to 65535",
                $"vibee: {path}:2: there is no setting 'gpu_layers'",
                $"vibee: {path}:4: threads = [1, 2]: takes one value",
                $"vibee: {path}:5: there are no sections: settings such as [sampling] stand on lines of their own",
                "vibee: VIBEE_PARALLEL=0: must be a whole number from 1 to 256",
            ],
            error.Trim().Split('\n').Select(line => line.TrimEnd()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parse_Json_IsTheSameAsToml()
    {
        var json = ConfigFile.Read(Write("a.json", """
            {
              "port": 3000, // a comment
              "model": "m.gguf",
              "cors-origin": ["a", "b"],
              "on": true,
            }
            """));
        var toml = ConfigFile.Read(Write("a.toml", """

            port = 3_000
            model = "m.gguf"
            cors-origin = [
              "a", "b" ]
            "on" = true
            """.Replace("\n  \"a\"", "\"a\"")));
        Assert.Empty(json.Problems);
        Assert.Empty(toml.Problems);
        Assert.Equal(Flat(json), Flat(toml));

        static IEnumerable<string> Flat(ConfigFile file) => file.Entries.Select(entry => $"{entry.Line} {entry.Name}={string.Join('|', entry.Values)}");
    }

    [Theory]
    [InlineData("a.toml", "port = 1\nport = 2", ":2: ")]
    [InlineData("a.toml", "port = 1\nthis is no toml", ":2: ")]
    [InlineData("a.toml", "\nport = { a = 1 }", ":2: 'port' must be")]
    [InlineData("a.toml", "port = 2020-01-01", ":1: 'port' must be")]
    [InlineData("a.toml", "a.b = 1\n", null)]
    [InlineData("a.toml", "", null)]
    [InlineData("a.json", "", ":1: ")]
    [InlineData("a.json", "[]", ":1: must be an object")]
    [InlineData("a.json", "{\n\"a\": 1,\n\"a\": 2}", ":3: 'a' is there already, in line 2")]
    [InlineData("a.json", "{\n\"a\": {\"b\": 1}, \"c\": null}", ":2: 'a' must be")]
    [InlineData("a.json", "{\"a\": [1, [2]]}", ":1: 'a' must be")]
    [InlineData("a.json", "{\n\"a\": \"\\ud800\"}", ":2: ")]
    [InlineData("a.json", "{\"a\": 1} x", ":1: ")]
    [InlineData("a.json", "{\"a\": ", ":1: ")]
    public void Parse_Hostile_IsAProblemWithALine(string name, string text, string? problem)
    {
        var problems = ConfigFile.Read(Write(name, text)).Problems;
        if (problem is null)
            Assert.Empty(problems);
        else
            Assert.Contains(problem, problems[0]);
    }

    [Fact]
    public void PrintConfig_Secret_IsHidden()
    {
        var command = new Command("test") { new SettingOption<string>("--key") { IsSecret = true }, new SettingOption<string?>("--name") };
        var printed = ConfigPrinter.Print(command.Parse(["--key", "abc", "--name", "n"]));
        Assert.DoesNotContain("abc", printed);
        AssertLine(printed, "# key = (hidden)", "command line");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void AssertLine(string output, string text, string place) =>
        Assert.Contains(output.Split('\n'), line => line.StartsWith(text, StringComparison.Ordinal) && line.EndsWith("  # " + place, StringComparison.Ordinal));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
