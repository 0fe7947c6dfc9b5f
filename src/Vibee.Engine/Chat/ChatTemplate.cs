using System.Text.Json.Nodes;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Syntax;

namespace Vibee.Engine.Chat;

/// <summary>
/// A model's chat template: Jinja as Hugging Face transformers runs it (jinja2's immutable sandbox with trim_blocks,
/// lstrip_blocks, loop controls, <c>tojson</c> as json.dumps, <c>raise_exception</c>, <c>strftime_now</c> and
/// <c>{% generation %}</c>). Templates come out of downloaded files and are trusted with nothing: what a render may
/// use up is bounded, and grows with its context only.
/// </summary>
/// <remarks>Threads: immutable once compiled; any number of threads may render at the same time.</remarks>
public sealed class ChatTemplate
{
    private readonly Program _program;
    private readonly Lazy<TemplateTraits> _traits;

    private ChatTemplate(string source, Program program)
    {
        Source = source;
        _program = program;
        _traits = new Lazy<TemplateTraits>(() => TemplateTraits.Probe(this));
    }

    public string Source { get; }

    /// <summary>What the template understands, found by reading it and by rendering small conversations. Takes some
    /// milliseconds when first asked for; the answer is kept.</summary>
    public TemplateTraits Traits => _traits.Value;

    /// <exception cref="TemplateException">The source is no template: kind Syntax, or Limit when it is too long.</exception>
    public static ChatTemplate Compile(string source) => new(source, Parser.Parse(source));

    /// <param name="context">The template's variables: messages, tools, add_generation_prompt, bos_token, …. Read
    /// during the call only, and not by any other thread meanwhile (JsonNode allows no more).</param>
    /// <param name="time">What strftime_now goes by, in its local time zone; the system's when null.</param>
    /// <exception cref="TemplateException">The template refuses the context (see
    /// <see cref="TemplateException.IsRaised"/>), fails on it, or exceeds what it may use.</exception>
    public string Render(JsonObject context, TimeProvider? time = null)
    {
        var rendering = new Rendering(new RenderContext(context), time ?? TimeProvider.System);
        try
        {
            var frame = _program.Entry.NewFrame(rendering, null);
            _program.Entry.Enter(rendering, frame);
            _program.Body.Execute(rendering, frame);
            return rendering.Output.ToString();
        }
        catch (TemplateException e)
        {
            e.Locate(rendering.Position.Line, rendering.Position.Column);
            throw;
        }
    }

    /// <summary>Whether the template looks at this variable of the context.</summary>
    public bool Reads(string variable) => _program.ContextNames.Contains(variable);

    /// <summary>Whether this is an attribute name or a string literal in the template: a sign, though no proof, that
    /// it knows a message field ("reasoning_content") or a role ("developer").</summary>
    public bool Mentions(string word) => _program.Words.Contains(word);
}
