using Vibee.Engine.Sampling;

namespace Vibee.Server;

/// <summary>Sampling values that stand over the model's own where a request is silent; null leaves the model's.</summary>
public sealed record SamplingOverrides
{
    public float? Temperature { get; init; }

    public int? TopK { get; init; }

    public float? TopP { get; init; }

    public float? MinP { get; init; }

    public float? RepeatPenalty { get; init; }

    public SamplingParams Over(SamplingParams model) => model with
    {
        Temperature = Temperature ?? model.Temperature,
        TopK = TopK ?? model.TopK,
        TopP = TopP ?? model.TopP,
        MinP = MinP ?? model.MinP,
        RepeatPenalty = RepeatPenalty ?? model.RepeatPenalty,
    };
}
