using Vibee.Engine.Grammar.JsonSchema;

namespace Vibee.Engine.Grammar;

/// <summary>What grammars are put together from: the format of a model's tool calls is literals around schemas.</summary>
public abstract record GrammarPart
{
    private GrammarPart() { }

    /// <summary>
    /// Exactly this text. Where the grammar is made for a vocabulary, what spells a control token in it is written as
    /// that token and in no other way, as chat templates write it and models have learned it.
    /// </summary>
    public sealed record Literal(string Text) : GrammarPart;

    /// <summary>One of these texts.</summary>
    public sealed record Choice(IReadOnlyList<string> Texts) : GrammarPart;

    /// <summary>A JSON value that satisfies a schema; <c>true</c> is any, <c>{"type":"object"}</c> any object.</summary>
    /// <param name="Json">The schema.</param>
    /// <param name="Options">How the value is written.</param>
    /// <param name="Place">What all pointers into this schema begin with, where there are several.</param>
    public sealed record Schema(string Json, JsonSchemaOptions? Options = null, string Place = "") : GrammarPart;

    /// <summary>A text that matches a regular expression as a whole.</summary>
    public sealed record Pattern(string Regex) : GrammarPart;

    /// <summary>A text of a grammar in llama.cpp's GBNF, from its rule <c>root</c>.</summary>
    public sealed record Gbnf(string Text) : GrammarPart;

    /// <summary>Any text, perhaps none, in which none of these occurs. What must follow it is best made of one of
    /// them, or the end of the free text is the model's guess.</summary>
    public sealed record FreeText(params IReadOnlyList<string> Without) : GrammarPart;

    /// <summary>One part after the other.</summary>
    public sealed record Sequence(params IReadOnlyList<GrammarPart> Parts) : GrammarPart;

    /// <summary>Any one of the parts.</summary>
    public sealed record OneOf(params IReadOnlyList<GrammarPart> Parts) : GrammarPart;

    /// <summary>A part again and again.</summary>
    /// <param name="Part">The part.</param>
    /// <param name="Min">How often at least.</param>
    /// <param name="Max">How often at most; null is without a limit.</param>
    /// <param name="Separator">What stands between two of them.</param>
    public sealed record Repetition(GrammarPart Part, int Min, int? Max = null, GrammarPart? Separator = null) : GrammarPart;
}
