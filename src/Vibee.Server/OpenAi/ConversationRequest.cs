using Vibee.Engine;
using Vibee.Engine.Sampling;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>What every request that continues a conversation says, whichever API it came by.</summary>
internal abstract record ConversationRequest
{
    /// <summary>Reads a request; whether it is any good, <see cref="RequestFields.Problem"/> says afterwards.</summary>
    public delegate ConversationRequest Reader(RequestFields fields, ServedModel served, SamplingParams defaults, ITokenizer tokenizer);

    public required string Model { get; init; }

    public required ChatPrompt Prompt { get; init; }

    public required SamplingParams Sampling { get; init; }

    /// <summary>What the answer must be; null if it is free.</summary>
    public OutputFormat? Format { get; init; }

    /// <summary>What the client expects the answer to say, wholly or in parts; null if it expects nothing.</summary>
    public string? Prediction { get; init; }

    public string[] Stops { get; init; } = [];

    public int? MaxTokens { get; init; }

    public bool Stream { get; init; }

    public bool SplitReasoning { get; init; } = true;

    /// <summary>Repeat the text that the answer continues.</summary>
    public bool Echo { get; init; }
}
