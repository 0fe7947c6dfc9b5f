using System.Diagnostics;
using Vibee.Server.Generation;

namespace Vibee.Server.Observability;

/// <summary>What is noted of a request while it is answered, for its log line, its trace and the metrics. Never a word of
/// what was said.</summary>
/// <remarks>Written by whoever answers, read when the answer is complete.</remarks>
internal sealed class RequestNotes
{
    /// <summary>When it came, in Stopwatch ticks.</summary>
    public long Started { get; } = Stopwatch.GetTimestamp();

    /// <summary>The model that answered, by its id; null where none did.</summary>
    public string? Model { get; set; }

    public Usage Usage { get; set; }

    /// <summary>From the request to its first token.</summary>
    public TimeSpan? TimeToFirstToken { get; set; }

    /// <summary>Why the first choice ended.</summary>
    public string? FinishReason { get; set; }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Started);

    public static RequestNotes Of(HttpContext context)
    {
        var notes = context.Features.Get<RequestNotes>();
        if (notes is null)
            context.Features.Set(notes = new RequestNotes());
        return notes;
    }

    /// <summary>Takes down what became of an answer, complete or not.</summary>
    public void Take(Answer answer)
    {
        Model = answer.Model;
        Usage = Usage.Of(answer.Choices);
        FinishReason = answer.Choices[0].Ending;
        var first = answer.Choices.Min(choice => choice.Text.Times.FirstToken is var time and > 0 ? time : long.MaxValue);
        TimeToFirstToken = first == long.MaxValue ? null : Stopwatch.GetElapsedTime(Started, first);
    }
}
