using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>The punctuation of JSON with the blanks around it.</summary>
internal sealed class JsonTerminals
{
    public JsonTerminals(Lexicon lexicon, JsonWhitespace whitespace)
    {
        var regexes = lexicon.Regexes;
        var space = whitespace == JsonWhitespace.Compact
            ? regexes.Empty
            : PatternCompiler.Whole(regexes, "(?: |\\r?\\n[ \\t]{0,32})?");
        var blank = whitespace == JsonWhitespace.Compact ? regexes.Empty : regexes.Optional(regexes.Text(" "));
        LexState Mark(Regex before, string mark, Regex after) =>
            lexicon.Start(regexes.Sequence(before, regexes.Text(mark), after), Spelling.Plain);
        OpenObject = Mark(regexes.Empty, "{", space);
        CloseEmptyObject = Mark(regexes.Empty, "}", regexes.Empty);
        CloseObject = Mark(space, "}", regexes.Empty);
        OpenArray = Mark(regexes.Empty, "[", space);
        CloseEmptyArray = Mark(regexes.Empty, "]", regexes.Empty);
        CloseArray = Mark(space, "]", regexes.Empty);
        Comma = Mark(blank, ",", space);
        Colon = Mark(blank, ":", space);
    }

    public LexState OpenObject { get; }

    public LexState CloseEmptyObject { get; }

    public LexState CloseObject { get; }

    public LexState OpenArray { get; }

    public LexState CloseEmptyArray { get; }

    public LexState CloseArray { get; }

    public LexState Comma { get; }

    public LexState Colon { get; }
}
