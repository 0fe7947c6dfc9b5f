using System.Text;
using Vibee.Engine;
using Vibee.Engine.Chat.ToolCalls;
using Vibee.Engine.Grammar;
using Vibee.Engine.Text;
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
            error = Unenforceable(format.Source, "invalid_json_schema", grammar.Unenforced[0]);
        }
        catch (GrammarException exception)
        {
            error = ApiError.Invalid(format.Source, "invalid_value", $"'{format.Source}' cannot be used: {exception.Message}.");
        }

        return null;
    }

    /// <summary>The same where tools may be called. What is left to the model is free until it begins a call; from there
    /// on the call is held to its function's schema.</summary>
    public TextConstraint? Make(
        ToolCallFormat calls, ToolUse tools, OutputFormat? format, string prompt, Func<GrammarPart, GrammarPart> around, out ApiError? error)
    {
        if (tools.IsForbidden)
        {
            // A text without the mark that begins a call, where there is one.
            if (format is null && calls.Trigger is { } trigger)
                format = new OutputFormat(calls.Say(new GrammarPart.FreeText(trigger), prompt), "tool_choice", "tool_choice");
            return Make(format, around, out error);
        }

        error = null;
        try
        {
            error = CheckStrict(tools);
            if (error is not null)
                return null;
            if (!tools.IsRequired && format is null)
                return Lazily(calls, tools, prompt);
            var call = calls.Calls(tools.Callable, tools.MostCalls, prompt);
            var part = tools.IsRequired || format is null ? call : new GrammarPart.OneOf(format.Part, call);
            return new TextConstraint(_grammars.Get(around(part)), _grammars.Vocabulary);
        }
        catch (GrammarException exception)
        {
            var place = tools.Callable.FirstOrDefault(tool => exception.Pointer?.StartsWith(tool.Place, StringComparison.Ordinal) == true)?.Place;
            error = ApiError.Invalid(place ?? format?.Source ?? "tools", place is null ? "invalid_value" : "invalid_function_parameters",
                $"'{place ?? format?.Source ?? "tools"}' cannot be used: {exception.Message}.");
            return null;
        }
    }

    private TextConstraint? Lazily(ToolCallFormat calls, ToolUse tools, string prompt)
    {
        if (calls.Trigger is not { } trigger || prompt.EndsWith(trigger, StringComparison.Ordinal))
            return null;
        // A schema that cannot be ensured is still good to show to a model that is free not to follow it.
        CompiledGrammar? TryGet(IReadOnlyList<ToolDefinition> callable)
        {
            try
            {
                return _grammars.Get(calls.AfterTrigger(callable, tools.MostCalls));
            }
            catch (GrammarException)
            {
                return null;
            }
        }

        var grammar = TryGet(tools.Callable)
            ?? TryGet([.. tools.Callable.Select(tool => TryGet([tool]) is null ? tool.Relaxed() : tool)])
            ?? _grammars.Get(calls.AfterTrigger([.. tools.Callable.Select(tool => tool.Relaxed())], tools.MostCalls));
        return new TextConstraint(grammar, _grammars.Vocabulary) { Triggers = [trigger], Reasoning = () => new ReasoningSplitter(prompt) };
    }

    /// <summary>A function may ask for what a format may: that what cannot be ensured is refused, not overlooked.</summary>
    private ApiError? CheckStrict(ToolUse tools)
    {
        foreach (var tool in tools.Callable.Where(tool => tool.IsStrict))
        {
            var unenforced = _grammars.Get(new GrammarPart.Schema(tool.Parameters.ToJsonString(), null, tool.Place)).Unenforced;
            if (unenforced.Count > 0)
                return Unenforceable(tool.Place, "invalid_function_parameters", unenforced[0]);
        }

        return null;
    }

    private static ApiError Unenforceable(string source, string code, UnenforcedKeyword keyword) => ApiError.Invalid(source, code,
        $"'{source}' has '{keyword.Keyword}' at {keyword.Pointer}, which cannot be ensured: {keyword.Reason}. Leave it out, or leave out 'strict'.");

    /// <summary>Tells a client where in its schema something stands that the answer may not satisfy: JSON pointers,
    /// separated by commas, with what does not fit into a header percent-encoded.</summary>
    public static void Warn(HttpResponse response, TextConstraint? constraint)
    {
        if (constraint is not { Grammar.Unenforced: { Count: > 0 } keywords })
            return;
        var value = new StringBuilder();
        foreach (var keyword in keywords)
        {
            var pointer = Uri.EscapeDataString(keyword.Pointer);
            foreach (var plain in (ReadOnlySpan<string>)["/", "$", "[", "]"])
                pointer = pointer.Replace(Uri.EscapeDataString(plain), plain, StringComparison.Ordinal);
            if (value.Length + pointer.Length > MaxHeader)
                break;
            value.Append(value.Length > 0 ? ", " : "").Append(pointer);
        }

        response.Headers[Header] = value.Length > 0 ? value.ToString() : "/";
    }
}
