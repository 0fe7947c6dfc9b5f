using Vibee.Engine.Chat.ToolCalls.Reading;
using Vibee.Engine.Grammar;

namespace Vibee.Engine.Chat.ToolCalls;

/// <summary>One way to write calls. White space may stand wherever one thing ends and the next begins.</summary>
/// <param name="Open">What begins a call, or a list of them.</param>
internal abstract record CallSyntax(string Open)
{
    /// <summary>What may stand around calls and means nothing.</summary>
    public string[] Wrappers { get; init; } = [];

    /// <summary>What may follow a call and means nothing.</summary>
    public string[] Closers { get; init; } = [];

    /// <summary>What begins another call right after one; null is <see cref="Open"/> again.</summary>
    public string? Next { get; init; }

    /// <summary>What is written before and after a call for looks, and around all of them.</summary>
    public (string Open, string Close) Each { get; init; }

    public (string Open, string Close) All { get; init; }

    /// <summary>Whether it opens with something that is common in texts: then it counts only where the output begins.</summary>
    public bool OnlyAtStart { get; init; }

    /// <summary>How much of <see cref="Open"/>, at its end, is already part of what a reader reads.</summary>
    public virtual int Kept => 0;

    public abstract CallReader Read(CallSink sink);

    /// <summary>All that could be the text of a control token.</summary>
    public virtual IEnumerable<string> Markers => [Open, .. Wrappers, .. Closers];
}

/// <summary><c>{"name": "f", "arguments": {…}}</c>, or a list of such objects.</summary>
/// <param name="Open">What stands before it.</param>
/// <param name="Name">The key of the function's name; others that are in use are understood as well.</param>
/// <param name="Arguments">The key of its arguments.</param>
internal sealed record JsonCalls(string Open, string Name = "name", string Arguments = "arguments") : CallSyntax(Open)
{
    /// <summary>Whether calls are written as a list, even if there is one only.</summary>
    public bool IsList { get; init; }

    // Where nothing else opens it, the bracket does.
    public override int Kept => OnlyAtStart || Open.EndsWith('{') ? 1 : 0;

    public override CallReader Read(CallSink sink) => new JsonCallReader(sink, mayHaveOtherKeys: !OnlyAtStart);
}

/// <summary>A name, then its arguments as JSON.</summary>
/// <param name="Open">What stands before the name.</param>
/// <param name="Separator">What stands between.</param>
/// <param name="Close">What stands after the arguments.</param>
internal sealed record NamedCalls(string Open, string Separator, string Close) : CallSyntax(Open)
{
    /// <summary>A name that stands for no function: what follows is said to the user.</summary>
    public string? Content { get; init; }

    /// <summary>What models write before the name.</summary>
    public string NamePrefix { get; init; } = "";

    /// <summary>A pattern of what models write between the name and the separator.</summary>
    public string NameSuffix { get; init; } = "";

    public override IEnumerable<string> Markers => [.. base.Markers, Separator, Close];

    public override CallReader Read(CallSink sink) => new NamedCallReader(sink, this);
}

/// <summary>A name, then each argument between tags of its own: text as it is, all else as JSON.</summary>
/// <param name="Open">What stands before the name.</param>
/// <param name="Separator">What stands after it; empty where the name ends by itself.</param>
/// <param name="Close">What ends the call.</param>
internal sealed record MarkupCalls(string Open, string Separator, string Close) : CallSyntax(Open)
{
    /// <summary>What begins an argument, whose name follows.</summary>
    public required string Key { get; init; }

    /// <summary>What stands between its name and its value.</summary>
    public required string Value { get; init; }

    /// <summary>What models write there in full, where that is more.</summary>
    public string? ValueInFull { get; init; }

    /// <summary>What ends it.</summary>
    public required string End { get; init; }

    /// <summary>A line break that is written before and after values, and is no part of them.</summary>
    public string Padding { get; init; } = "";

    /// <summary>What is written between arguments for looks.</summary>
    public string Between { get; init; } = "";

    public override IEnumerable<string> Markers => [.. base.Markers, Separator, Close, Key, Value, End];

    public override CallReader Read(CallSink sink) => new MarkupCallReader(sink, this);
}

/// <summary>Calls in a notation that can be read only when it is complete.</summary>
/// <param name="Open">What stands before them.</param>
/// <param name="Close">What stands after them.</param>
/// <param name="Convert">Reads the names and the arguments as JSON; null where they are not in this notation.</param>
internal sealed record EnclosedCalls(string Open, string Close, Func<string, IReadOnlyList<(string Name, string Arguments)>?> Convert) : CallSyntax(Open)
{
    /// <summary>Control tokens inside it.</summary>
    public string[] Inner { get; init; } = [];

    /// <summary>How one call is written.</summary>
    public required Func<ToolDefinition, GrammarPart> Write { get; init; }

    public override IEnumerable<string> Markers => [.. base.Markers, Close, .. Inner];

    public override CallReader Read(CallSink sink) => new EnclosedCallReader(sink, this);
}
