using Vibee.Engine.Chat;

namespace Vibee.Engine.Tests.Chat;

public class TemplateTraitsTests
{
    [Fact]
    public void Traits_TemplateThatWantsStrings_SaysSo()
    {
        var traits = Of("{% for m in messages %}{{ m.role + ': ' + m.content }}{% endfor %}");
        Assert.True(traits.AcceptsStringContent);
        Assert.False(traits.AcceptsContentParts);
        Assert.True(traits.KnowsSystemRole);
        Assert.False(traits.KnowsDeveloperRole);
        Assert.False(traits.SupportsTools);
        Assert.False(traits.AcceptsObjectArguments);
    }

    [Fact]
    public void Traits_TemplateThatPrintsWhateverItGets_DoesNotAcceptParts()
    {
        var traits = Of("{% for m in messages %}{{ m.content }}{% endfor %}");
        Assert.True(traits.AcceptsStringContent);
        Assert.False(traits.AcceptsContentParts);
    }

    [Fact]
    public void Traits_TemplateThatWantsParts_SaysSo()
    {
        var traits = Of("{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}");
        Assert.False(traits.AcceptsStringContent);
        Assert.True(traits.AcceptsContentParts);
    }

    [Fact]
    public void Traits_TemplateThatRefusesSystem_SaysSo()
    {
        var traits = Of("{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}{{ messages[0].content }}");
        Assert.False(traits.KnowsSystemRole);
    }

    [Fact]
    public void Traits_ToolsAndThinking_AreFoundInTheSource()
    {
        var traits = Of(
            "{% if tools %}{{ tools | tojson }}{% endif %}{% if enable_thinking is defined %}{% endif %}"
            + "{% for m in messages %}{% if m.role == 'developer' or m.role == 'tool' %}{% endif %}"
            + "{{ m.reasoning_content }}{% for c in m.tool_calls %}{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}");
        Assert.True(traits.SupportsTools);
        Assert.True(traits.ReadsEnableThinking);
        Assert.False(traits.ReadsReasoningEffort);
        Assert.True(traits.KnowsDeveloperRole);
        Assert.True(traits.KnowsToolRole);
        Assert.True(traits.ReadsReasoningContent);
        Assert.True(traits.AcceptsObjectArguments);
    }

    [Fact]
    public void Traits_ArgumentsJoinedAsText_WantAString()
    {
        var traits = Of("{% for m in messages %}{% for c in m.tool_calls %}{{ 'x' + c.function.arguments }}{% endfor %}{% endfor %}");
        Assert.False(traits.AcceptsObjectArguments);
    }

    [Fact]
    public void Traits_PublishedTemplates_MatchWhatTheReferenceRendered()
    {
        var published = PublishedTemplates.LoadOrSkip();
        var traits = published.Names().ToDictionary(name => name, name => Of(published.ReadSource(name)));
        foreach (var result in published.Golden["results"]!.AsArray())
        {
            if (result!["case"]!.GetValue<string>() == "parts" && result["error"] is not null)
                Assert.False(traits[result["template"]!.GetValue<string>()].AcceptsContentParts);
        }
        // This one renders nothing without a variable of its own.
        foreach (var (name, its) in traits.Where(t => !t.Key.Contains("firefunction")))
            Assert.True(its.AcceptsStringContent || its.AcceptsContentParts, name);
        Assert.True(traits["openai-gpt-oss-120b.jinja"].KnowsDeveloperRole);
        Assert.False(traits["google-gemma-2-2b-it.jinja"].KnowsSystemRole);
        Assert.True(traits["Qwen-Qwen3-0.6B.jinja"].ReadsEnableThinking);
        Assert.True(traits["Qwen3-Coder.jinja"].AcceptsObjectArguments);
        Assert.True(traits["llama-cpp-deepseek-r1.jinja"].AcceptsObjectArguments);
        Assert.False(traits["deepseek-ai-DeepSeek-R1-Distill-Llama-8B.jinja"].AcceptsObjectArguments);
    }

    private static TemplateTraits Of(string source) => ChatTemplate.Compile(source).Traits;
}
