using System.Text.Json;

namespace Vibee.Grammars;

/// <summary>A line of a suite: a schema, and instances that are said to be valid or not.</summary>
/// <remarks>Format: <c>{"name", "schema", "tests": [{"valid", "data"}]}</c>; name and tests may be left out.</remarks>
internal sealed record SuiteLine(string Name, string Schema, IReadOnlyList<(string Text, bool? IsValid)> Tests)
{
    /// <exception cref="IOException">It is something else; the message says where and what.</exception>
    public static SuiteLine Read(InputLine line) => JsonLine.Read(line, value =>
        FindProblem(value) is { } problem ? throw new IOException($"{line.Place}: {problem}") : From(value));

    private static SuiteLine From(JsonElement line) => new(
        line.TryGetProperty("name", out var name) ? name.ToString() : "schema",
        line.GetProperty("schema").GetRawText(),
        [.. TestsOf(line).Select(test => (JsonLine.Write(test.GetProperty("data")), (bool?)test.GetProperty("valid").GetBoolean()))]);

    private static string? FindProblem(JsonElement line)
    {
        if (line.ValueKind != JsonValueKind.Object)
            return "a line of a suite must be an object with a \"schema\"";
        if (!line.TryGetProperty("schema", out _))
            return "there is no \"schema\", which a line of a suite has; --schema FILE takes a schema by itself";
        if (line.TryGetProperty("tests", out var tests) && tests.ValueKind != JsonValueKind.Array)
            return "\"tests\" must be an array";
        return TestsOf(line).Select((test, index) => FindProblem(test, index + 1)).FirstOrDefault(problem => problem != null);
    }

    private static string? FindProblem(JsonElement test, int number)
    {
        if (test.ValueKind != JsonValueKind.Object)
            return $"test {number} must be an object with \"valid\" and \"data\"";
        if (!test.TryGetProperty("data", out _))
            return $"test {number} has no \"data\"";
        return test.TryGetProperty("valid", out var valid) && valid.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? null
            : $"\"valid\" of test {number} must be true or false";
    }

    private static IEnumerable<JsonElement> TestsOf(JsonElement line) =>
        line.TryGetProperty("tests", out var tests) ? tests.EnumerateArray() : [];
}
