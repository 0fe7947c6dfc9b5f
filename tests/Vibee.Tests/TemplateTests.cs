namespace Vibee.Tests;

public sealed class TemplateTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vibee-").FullName;

    [Fact]
    public async Task Render_Template_PrintsItsOutputToTheByte()
    {
        var (exitCode, output, error) = await RenderAsync(
            "{{ bos_token }}{% for message in messages %}\n{{ message.role }}: {{ message.content }}\n{% endfor %}\n{{ strftime_now('%d.%m.%Y') }}",
            """{"bos_token":"<s>","messages":[{"role":"user","content":"Grüße"}]}""", "--now", "2026-01-02T03:04:05");
        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal("<s>user: Grüße\n02.01.2026", output.TrimEnd());
    }

    [Theory]
    [InlineData("one\n{% if %}", "{}", ":2:")]
    [InlineData("{{ raise_exception('No system message, please.') }}", "{}", "No system message, please.")]
    [InlineData("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "{}", ":1:")]
    [InlineData("text", "[]", "JSON object")]
    [InlineData("text", "{", "not valid JSON")]
    public async Task Render_Failure_SaysWhereAndWhy(string template, string context, string expected)
    {
        var (exitCode, output, error) = await RenderAsync(template, context);
        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        Assert.Contains(expected, Assert.Single(error.Trim().Split('\n')));
    }

    [Fact]
    public async Task Render_FilesThatCannotBeRead_AreEachNamed()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["template", "render", "--template", "none.jinja", "--context", _directory]);
        Assert.Equal(2, exitCode);
        Assert.Equal(["vibee: --template none.jinja: there is no such file", $"vibee: --context {_directory}: this is a directory, not a file"], error.Trim().Split('\n'));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<(int ExitCode, string Output, string Error)> RenderAsync(string template, string context, params string[] more)
    {
        var (templatePath, contextPath) = (Path.Combine(_directory, "chat.jinja"), Path.Combine(_directory, "context.json"));
        await File.WriteAllTextAsync(templatePath, template, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(contextPath, context, TestContext.Current.CancellationToken);
        return await VibeeProcess.RunAsync(["template", "render", "--template", templatePath, "--context", contextPath, .. more]);
    }
}
