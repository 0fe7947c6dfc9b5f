using System.Text.Json.Nodes;
using Vibee.Engine.Chat.ToolCalls;

namespace Vibee.Server.Requests;

/// <summary>What a request says about tools, whichever API it came by.</summary>
internal sealed record ToolUse
{
    /// <summary>The functions as templates want them: OpenAI's objects.</summary>
    public required JsonArray Shown { get; init; }

    /// <summary>Those that may be called.</summary>
    public required IReadOnlyList<ToolDefinition> Callable { get; init; }

    /// <summary>Whether the answer is to be a call; otherwise that is left to the model.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether there is to be no call: the model is not told of the tools, and kept from beginning one.</summary>
    public bool IsForbidden { get; init; }

    /// <summary>How many calls an answer may have.</summary>
    public int MostCalls { get; init; } = int.MaxValue;
}
