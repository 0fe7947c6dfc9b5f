using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vibee.Engine.Chat;

namespace Vibee;

/// <summary><c>vibee template render</c>: what a chat template makes of a conversation, for people who write them.</summary>
internal static class TemplateCommand
{
    public static Command Create() => new("template", "Tries out chat templates") { CreateRender() };

    private static Command CreateRender()
    {
        var template = new Option<string>("--template") { Description = "The template, in Jinja", Required = true };
        var context = new Option<string>("--context") { Description = "Its variables, as a JSON object: messages, add_generation_prompt, bos_token, …", Required = true };
        var now = new Option<string?>("--now") { Description = "The time that strftime_now tells, such as 2026-01-02T03:04:05 (default: the present)" };
        var command = new Command("render", "Prints what a template makes of a context, or where it fails") { template, context, now };
        command.SetAction(parsed => Render(parsed.GetValue(template)!, parsed.GetValue(context)!, parsed.GetValue(now)));
        return command;
    }

    private static int Render(string templatePath, string contextPath, string? now)
    {
        var time = default(DateTime);
        if (now is not null && !DateTime.TryParse(now, CultureInfo.InvariantCulture, DateTimeStyles.None, out time))
            return Failure.Usage([$"--now {now}: must be a time such as 2026-01-02T03:04:05"]);
        var problems = InputFile.FindProblems(("--template", templatePath), ("--context", contextPath)).ToList();
        if (problems.Count > 0)
            return Failure.Usage(problems);
        try
        {
            var template = ChatTemplate.Compile(InputFile.ReadText(templatePath));
            if (JsonNode.Parse(InputFile.ReadText(contextPath)) is not JsonObject context)
                return Failure.Run($"{contextPath}: the context must be a JSON object");
            Console.Out.Write(template.Render(context, now is null ? null : new StoppedClock(time)));
            return 0;
        }
        catch (TemplateException exception)
        {
            var place = exception.Line > 0 ? $"{templatePath}:{exception.Line}:{exception.Column}" : contextPath;
            return Failure.Run($"{place}: {exception.Message}");
        }
        catch (JsonException exception)
        {
            return Failure.Run($"{contextPath}:{exception.LineNumber + 1}:{exception.BytePositionInLine + 1}: not valid JSON");
        }
        catch (IOException exception)
        {
            return Failure.Run(exception.Message);
        }
    }

    private sealed class StoppedClock(DateTime time) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), TimeSpan.Zero);
    }
}
