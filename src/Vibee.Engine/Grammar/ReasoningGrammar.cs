using Vibee.Engine.Text;

namespace Vibee.Engine.Grammar;

/// <summary>Lets a model think before it writes what a grammar asks for, where <see cref="ReasoningSplitter"/> will find
/// it.</summary>
public static class ReasoningGrammar
{
    /// <summary>What the splitter takes for white space around reasoning, as far as models have a use for it.</summary>
    private static readonly GrammarPart Blank = new GrammarPart.Pattern("[ \\t\\r\\n]{0,8}");

    /// <summary>
    /// Reasoning and then <paramref name="content"/>: the rest of it where the prompt ends by opening a tag; where it
    /// does not, a whole block or none. Reasoning has to end, so that content follows, and holds no control tokens.
    /// </summary>
    /// <param name="content">What the visible text must be.</param>
    /// <param name="prompt">What the model is given.</param>
    /// <param name="mayOpen">Whether the model knows a tag. One that does not would take it for the best way to begin a
    /// text that it did not want to write.</param>
    public static GrammarPart Before(GrammarPart content, ReadOnlySpan<char> prompt, Func<string, bool> mayOpen)
    {
        var end = prompt.TrimEnd();
        foreach (var (open, close) in ReasoningSplitter.Tags)
        {
            if (end.EndsWith(open, StringComparison.Ordinal))
                return Rest(close, content);
            if (end.EndsWith(close, StringComparison.Ordinal))
                return content;
        }
        GrammarPart[] blocks =
        [
            .. ReasoningSplitter.Tags.Where(tag => mayOpen(tag.Open))
                .Select(tag => new GrammarPart.Sequence(Blank, new GrammarPart.Literal(tag.Open), Rest(tag.Close, content))),
        ];
        return blocks.Length == 0 ? content : new GrammarPart.OneOf([content, .. blocks]);
    }

    private static GrammarPart.Sequence Rest(string close, GrammarPart content) =>
        new(new GrammarPart.FreeText(close), new GrammarPart.Literal(close), Blank, content);
}
