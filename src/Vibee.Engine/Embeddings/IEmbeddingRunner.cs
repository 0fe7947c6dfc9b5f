namespace Vibee.Engine.Embeddings;

/// <summary>
/// The seam between the <see cref="EmbeddingEngine"/> and whatever turns whole texts into vectors. It is not
/// <see cref="IModelRunner"/>: there is nothing to continue, so no cache, no slots and no logits, and an encoder must see
/// all tokens of an input in one call.
/// </summary>
/// <remarks>Threads: <see cref="Embed"/>, <see cref="Vector"/> and <see cref="IDisposable.Dispose"/> belong to the one
/// thread that owns the runner. Everything else may be called from any thread until then.</remarks>
public interface IEmbeddingRunner : IDisposable
{
    /// <summary>What the model file says about itself. Constant.</summary>
    ModelInfo Model { get; }

    /// <summary>The model's tokenizer. Safe for concurrent use; lives as long as the runner.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>How vectors are made of tokens. Constant.</summary>
    Pooling Pooling { get; }

    /// <summary>Numbers in a vector, at least 1. Constant.</summary>
    int VectorLength { get; }

    /// <summary>How much one call takes. Constant.</summary>
    EmbeddingCapacity Capacity { get; }

    /// <summary>When <see cref="Embed"/> last got on with its work, as <see cref="IModelRunner.LastProgress"/>.</summary>
    long LastProgress => 0;

    /// <summary>The tokens of a query and a document as a reranker reads them, special tokens included.</summary>
    int[] EncodePair(string query, string document);

    /// <summary>
    /// Evaluates whole inputs. The slot of a token is the number of its input, from 0; the tokens of an input follow
    /// each other, positions from 0 on.
    /// </summary>
    /// <param name="batch">Within <see cref="Capacity"/>, and not empty.</param>
    /// <exception cref="RunnerException">The runner failed and its state is unknown; it must be disposed.</exception>
    void Embed(Batch batch);

    /// <summary>The vector of input <paramref name="input"/> of the last batch, as the model makes it: of any length in
    /// space. With <see cref="Pooling.Rank"/> the first number is the score. The memory is the runner's, valid until the
    /// next <see cref="Embed"/>.</summary>
    ReadOnlySpan<float> Vector(int input);
}

/// <param name="Inputs">The most inputs in one call, at least 1.</param>
/// <param name="BatchTokens">The most tokens of inputs that share a call. An input alone may be longer.</param>
/// <param name="ContextLength">The most tokens of one input.</param>
public sealed record EmbeddingCapacity(int Inputs, int BatchTokens, int ContextLength);
