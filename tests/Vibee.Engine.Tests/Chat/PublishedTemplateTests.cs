using System.Text;
using System.Text.Json.Nodes;
using Vibee.Engine.Chat;

namespace Vibee.Engine.Tests.Chat;

public class PublishedTemplateTests
{
    [Fact]
    public void Render_EveryPublishedTemplateAndCase_EqualsReference()
    {
        var published = PublishedTemplates.LoadOrSkip();
        var compiled = published.Names().ToDictionary(name => name, name => ChatTemplate.Compile(published.ReadSource(name)));
        var problems = new StringBuilder();
        var count = 0;
        foreach (var result in published.Golden["results"]!.AsArray())
        {
            count++;
            var template = result!["template"]!.GetValue<string>();
            var caseName = result["case"]!.GetValue<string>();
            var expected = result["text"]?.GetValue<string>() ?? "error: " + result["error"]!.GetValue<string>();
            var actual = RenderOrError(compiled[template], published.ReadContext(caseName), published.Time);
            // The reference kept no more of Python's own errors than their type.
            var matches = expected == "error: TypeError" ? actual.StartsWith("error: ") : actual == expected;
            if (!matches)
                problems.AppendLine($"{template} / {caseName}:\n--- expected\n{expected}\n--- actual\n{actual}");
        }
        Assert.Equal("", problems.ToString());
        Assert.Equal(770, count);
    }

    private static string RenderOrError(ChatTemplate template, JsonObject context, TimeProvider time)
    {
        try
        {
            return template.Render(context, time);
        }
        catch (TemplateException e)
        {
            return "error: " + e.Message;
        }
    }
}
