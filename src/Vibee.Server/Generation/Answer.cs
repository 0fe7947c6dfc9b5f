using System.Text.Json;
using Vibee.Server.Requests;

namespace Vibee.Server.Generation;

/// <summary>What a chunk of a stream says about its choice.</summary>
internal enum ChunkPart
{
    /// <summary>The choice exists.</summary>
    Start,
    Reasoning,
    Content,

    /// <summary>A call of a tool begins.</summary>
    Call,

    /// <summary>More of the arguments of the call that began last.</summary>
    Arguments,

    /// <summary>Why it ended.</summary>
    Finish,
}

/// <summary>The shape of an answer, whole and as a stream. <see cref="AnswerRunner"/> says what is to be written and
/// when; how it looks on the wire is known here alone.</summary>
internal abstract class Answer
{
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    public required IReadOnlyList<Choice> Choices { get; init; }

    /// <summary>The id of the model that answers.</summary>
    public required string Model { get; init; }

    public bool Stream { get; init; }

    /// <summary>What kind of work it is, in OpenTelemetry's words.</summary>
    public virtual string Operation => "chat";

    /// <summary>Tokens of it that its caller was charged.</summary>
    public int ChargedTokens { get; set; }

    /// <summary>What is sent when nothing was sent for a while.</summary>
    public virtual byte[] Ping => Comment;

    protected string Id { get; } = Guid.NewGuid().ToString("N");

    protected long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>The whole answer.</summary>
    public abstract void Write(Utf8JsonWriter json);

    /// <summary>What a stream begins with, before any choice has said anything.</summary>
    public abstract void WriteStart(EventStream stream);

    public abstract void WriteChunk(EventStream stream, Choice choice, ChunkPart part);

    /// <summary>What a stream ends with when every choice is complete.</summary>
    public abstract void WriteEnd(EventStream stream);

    /// <summary>What a stream ends with when something went wrong.</summary>
    public virtual void WriteError(EventStream stream, ApiError error) => stream.WriteError(error);
}
