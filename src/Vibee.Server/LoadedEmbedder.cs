using Vibee.Engine.Embeddings;
using Vibee.Server.Requests;

namespace Vibee.Server;

/// <summary>A loaded model that makes vectors, or scores, and no text.</summary>
internal sealed class LoadedEmbedder(EmbeddingEngine engine, bool isMatryoshka)
    : Loaded(engine.Runner.Model, engine.Runner.Tokenizer, engine.Runner.Capacity.ContextLength)
{
    public EmbeddingEngine Engine { get; } = engine;

    /// <summary>Whether it makes scores.</summary>
    public bool Ranks => Engine.Runner.Pooling == Pooling.Rank;

    /// <summary>Numbers in a vector.</summary>
    public int VectorLength => Engine.Runner.VectorLength;

    /// <summary>Whether its vectors may be cut.</summary>
    public bool IsMatryoshka { get; } = isMatryoshka;

    public override bool HasFailed => Engine.HasFailed;

    public override TimeSpan Standstill => Engine.Standstill;

    public override ApiError OtherKind => ApiError.Invalid("model", "unsupported_value", Ranks
        ? "The model is a reranker and generates no text: it answers /v1/rerank."
        : "The model makes embeddings and generates no text: it answers /v1/embeddings.");

    public override Task StopAsync(TimeSpan grace) => Engine.StopAsync(grace);

    /// <summary>Refuses <paramref name="text"/> of field <paramref name="param"/> if it is surely too long.</summary>
    public ApiError? CheckText(string text, string param, string name) =>
        Tokenizer.IsLongerThan(text, ContextLength) ? TooLong($"more than {ContextLength}", param, name) : null;

    public ApiError? CheckLength(int tokens, string param, string name) =>
        tokens <= ContextLength ? null : TooLong($"{tokens}", param, name);

    private ApiError TooLong(string tokens, string param, string name) => ApiError.Invalid(param, "context_length_exceeded",
        $"'{name}' has {tokens} tokens, and the model takes {ContextLength}. {Remedy}.");
}
