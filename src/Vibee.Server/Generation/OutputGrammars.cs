using System.Text;
using Vibee.Engine;
using Vibee.Engine.Grammar;
using Vibee.Server.Requests;

namespace Vibee.Server.Generation;

/// <summary>Makes what answers are held to of what requests ask for.</summary>
/// <remarks>Threads: any but the engine's.</remarks>
internal sealed class OutputGrammars(ITokenizer tokenizer)
{
    private const string Header = "x-vibee-unenforced";
    private const int MaxHeader = 2000;

    private readonly GrammarCache _grammars = new(tokenizer);

    /// <param name="format">What was asked for; null leaves the text free.</param>
    /// <param name="around">Puts what may come before the text in front of it.</param>
    /// <param name="error">Why it cannot be had.</param>
    public TextConstraint? Make(OutputFormat? format, Func<GrammarPart, GrammarPart> around, out ApiError? error)
    {
        error = null;
        if (format is null)
            return null;
        try
        {
            var grammar = _grammars.Get(around(format.Part));
            if (!format.IsStrict || grammar.Unenforced.Count == 0)
                return new TextConstraint(grammar, _grammars.Vocabulary);
            var keyword = grammar.Unenforced[0];
            error = ApiError.Invalid(format.Source, "invalid_json_schema",
                $"'{format.Source}' has '{keyword.Keyword}' at {keyword.Pointer}, which cannot be ensured: {keyword.Reason}. Leave it out, or leave out 'strict'.");
        }
        catch (GrammarException exception)
        {
            error = ApiError.Invalid(format.Source, "invalid_value", $"'{format.Source}' cannot be used: {exception.Message}.");
        }

        return null;
    }

    /// <summary>Tells a client where in its schema something stands that the answer may not satisfy: JSON pointers,
    /// separated by commas, with what does not fit into a header percent-encoded.</summary>
    public static void Warn(HttpResponse response, TextConstraint? constraint)
    {
        if (constraint is not { Grammar.Unenforced: { Count: > 0 } keywords })
            return;
        var value = new StringBuilder();
        foreach (var keyword in keywords)
        {
            var pointer = Uri.EscapeDataString(keyword.Pointer).Replace("%2F", "/", StringComparison.Ordinal).Replace("%24", "$", StringComparison.Ordinal);
            if (value.Length + pointer.Length > MaxHeader)
                break;
            value.Append(value.Length > 0 ? ", " : "").Append(pointer);
        }

        response.Headers[Header] = value.Length > 0 ? value.ToString() : "/";
    }
}
