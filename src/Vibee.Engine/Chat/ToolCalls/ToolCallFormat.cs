using System.Collections.Frozen;
using Vibee.Engine.Chat.ToolCalls.Formats;
using Vibee.Engine.Grammar;

namespace Vibee.Engine.Chat.ToolCalls;

/// <summary>
/// How a family of models writes its calls. One description makes both what reads them and what constrains them.
/// </summary>
/// <param name="Name">What people call it.</param>
public abstract record ToolCallFormat(string Name)
{
    private FrozenSet<string>? _markers;
    private string? _starts;

    /// <summary>What a model without a format of its own is asked to write.</summary>
    public static ToolCallFormat Generic => GenericFormat.Format;

    /// <summary>From the particular to the general: the first whose signs a template bears is its format.</summary>
    internal static IReadOnlyList<ToolCallFormat> All { get; } =
    [
        Harmony.Format, Kimi.Format, DeepSeek.V3, DeepSeek.V31, DeepSeek.V32, QwenCoder.Seed, QwenCoder.Format, MiniMax.M3, MiniMax.M2, MiniCpm.Format,
        Glm.Format, Functionary.V32, Functionary.V31, Mistral.Named, Mistral.Listed, CommandR.Special, CommandR.Action,
        Gemma.Format, Lfm.Format, Apertus.Format, Nemotron.Format, MiniMax.M1, Granite.Format, Phi.Format, GigaChat.Format,
        Firefunction.Format, Llama.Format, Hermes.Format,
    ];

    /// <summary>Ways to write calls. The first is the one that is constrained; the others are understood too.</summary>
    internal CallSyntax[] Syntaxes { get; init; } = [];

    /// <summary>What a template of this format has in its source, all of it.</summary>
    internal string[] Signs { get; init; } = [];

    /// <summary>Texts of control tokens that mean something in it.</summary>
    internal IReadOnlySet<string> Markers => _markers ??= Syntaxes.SelectMany(syntax => syntax.Markers).Where(marker => marker.Length > 0).ToFrozenSet();

    /// <summary>The first characters of all that may begin or surround calls.</summary>
    internal string Starts => _starts ??= string.Concat(
        Syntaxes.SelectMany(syntax => (string?[])[syntax.Open, syntax.Next, .. syntax.Wrappers, .. syntax.Closers])
            .OfType<string>().Select(mark => mark[0]).Distinct());

    /// <summary>Whether answers are written in it even where there are no tools.</summary>
    public bool IsAlways { get; init; }

    /// <summary>Whether the template takes the tools from the system message, as text.</summary>
    public bool ReadsToolsFromSystem { get; init; }

    /// <summary>How long the template wants the ids of calls to be; 0 where it does not care.</summary>
    public int IdLength { get; init; }

    /// <summary>What tells the model to write this, where its template does not; the tools follow.</summary>
    public string? Instructions { get; init; }

    /// <summary>The format of a template, by what its source says; the generic one where it says nothing known.</summary>
    public static ToolCallFormat Of(string template) =>
        All.FirstOrDefault(format => format.Signs.All(sign => template.Contains(sign, StringComparison.Ordinal))) ?? Generic;

    /// <summary>An answer that is calls and nothing else.</summary>
    /// <param name="tools">What may be called.</param>
    /// <param name="most">How many calls at most.</param>
    /// <param name="prompt">What the model was given: some formats begin a call in it.</param>
    public virtual GrammarPart Calls(IReadOnlyList<ToolDefinition> tools, int most, string prompt) =>
        CallGrammar.Answer(Syntaxes[0], tools, most, prompt);

    /// <summary>What begins a call in the midst of an answer, and nothing else; null where that cannot be told.</summary>
    public virtual string? Trigger => Syntaxes[0] is { OnlyAtStart: false } syntax and not NamedCalls { Content: not null } ? syntax.Open : null;

    /// <summary>What follows <see cref="Trigger"/> to the end of the answer.</summary>
    /// <param name="tools">What may be called.</param>
    /// <param name="most">How many calls at most, the one that was begun among them.</param>
    public virtual GrammarPart AfterTrigger(IReadOnlyList<ToolDefinition> tools, int most) => CallGrammar.Rest(Syntaxes[0], tools, most);

    /// <summary>Makes what takes one output apart.</summary>
    /// <param name="tools">What may be called.</param>
    /// <param name="prompt">What the model was given.</param>
    /// <param name="isConstrained">Whether a grammar vouches for calls once they have begun.</param>
    public virtual OutputParser Parse(IReadOnlyList<ToolDefinition> tools, string prompt, bool isConstrained) =>
        new ToolCallParser(this, tools, prompt, isConstrained);
}

/// <summary>A format that is nothing but ways to write calls.</summary>
internal sealed record CallFormat(string Name) : ToolCallFormat(Name);
