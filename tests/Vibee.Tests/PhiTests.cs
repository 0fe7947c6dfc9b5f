using System.Net;
using System.Text.Json.Nodes;

namespace Vibee.Tests;

public class PhiTests
{
    [Fact]
    public async Task Phi_WithoutANumber_PrintsTheConstants()
    {
        var (exitCode, output, _) = await VibeeProcess.RunAsync(["phi"]);
        Assert.Equal(0, exitCode);
        Assert.Contains("1.61803398874989", output);
        Assert.Contains("999", output);
    }

    [Fact]
    public async Task Phi_Number_PrintsTheBestAndTheShortest()
    {
        var (exitCode, output, _) = await VibeeProcess.RunAsync(["phi", "137.036"]);
        Assert.Equal(0, exitCode);
        Assert.EndsWith("4 × 3^2 × π^-1 × φ × e^2", output.TrimEnd());
    }

    [Fact]
    public async Task Phi_NotANumber_ExitCode2()
    {
        var (exitCode, output, error) = await VibeeProcess.RunAsync(["phi", "many"]);
        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        Assert.Equal("vibee: 'many' is not a number.", error.Trim());
    }

    [Theory]
    [InlineData("")]
    [InlineData("?value=many")]
    [InlineData("?value=")]
    [InlineData("?value=NaN")]
    [InlineData("?value=1e999")]
    public async Task Decompose_BadValue_Is400(string query)
    {
        var (process, client) = await VibeeProcess.ServeAsync();
        await using var _ = process;
        using var response = await client.GetAsync("/phi/decompose" + query, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        Assert.Equal("value", (string)error["param"]!);
    }

    [Fact]
    public async Task Decompose_Number_GivesFormulasThatEvaluateToIt()
    {
        var (process, client) = await VibeeProcess.ServeAsync();
        await using var _ = process;
        var answer = JsonNode.Parse(await client.GetStringAsync("/phi/decompose?value=137.036", TestContext.Current.CancellationToken))!;
        Assert.NotEmpty(answer["best"]!.AsArray());
        foreach (var form in answer["best"]!.AsArray())
        {
            var value = (int)form!["n"]! * Math.Pow(3, (int)form["k"]!) * Math.Pow(Math.PI, (int)form["m"]!)
                * Math.Pow((1 + Math.Sqrt(5)) / 2, (int)form["p"]!) * Math.Pow(Math.E, (int)form["q"]!);
            Assert.Equal(137.036, value, 137.036 * 1e-3);
        }
    }
}
