using Vibee.Engine;
using Vibee.Engine.Embeddings;

namespace Vibee.LlamaCpp;

/// <summary>A model that llama.cpp evaluates for vectors or scores: an encoder such as BERT, or a decoder whose last
/// layer is pooled. Made by <see cref="LlamaLoader.LoadEmbedder"/>.</summary>
public sealed unsafe class LlamaEmbeddingRunner : IEmbeddingRunner
{
    private readonly ContextHandle _context;
    private readonly PairEncoder _pairs;

    /// <summary>Becomes the owner of <paramref name="context"/>, which is one of <paramref name="model"/>.</summary>
    internal LlamaEmbeddingRunner(
        ContextHandle context, ModelHandle model, ModelInfo info, LlamaTokenizer tokenizer, Pooling pooling, EmbeddingCapacity capacity)
    {
        _context = context;
        _pairs = new PairEncoder(model, tokenizer);
        Model = info;
        Tokenizer = tokenizer;
        Pooling = pooling;
        Capacity = capacity;
        VectorLength = pooling == Pooling.Rank
            ? (int)NativeMethods.llama_model_n_cls_out(model.Pointer)
            : NativeMethods.llama_model_n_embd_out(model.Pointer);
    }

    public ModelInfo Model { get; }

    public ITokenizer Tokenizer { get; }

    public Pooling Pooling { get; }

    public int VectorLength { get; }

    public EmbeddingCapacity Capacity { get; }

    public long LastProgress => _context.LastProgress;

    public int[] EncodePair(string query, string document) => _pairs.Encode(query, document);

    public void Embed(Batch batch)
    {
        // Native code ends the process over these.
        foreach (var input in batch.Slots)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)input, (uint)Capacity.Inputs, nameof(batch));
        if (_context.Memory != 0)
            NativeMethods.llama_memory_clear(_context.Memory, data: false);
        var code = _context.Decode(batch);
        if (code != 0)
            throw new RunnerException($"llama.cpp could not embed a batch of {batch.Count} tokens ({code}): {NativeLog.Reason}");
    }

    public ReadOnlySpan<float> Vector(int input)
    {
        var vector = NativeMethods.llama_get_embeddings_seq(_context.Pointer, input);
        if (vector is null)
            throw new ArgumentException($"The last batch had no input {input}.", nameof(input));
        return new ReadOnlySpan<float>(vector, VectorLength);
    }

    // As for text: weights are read and buffers set up now, not under the first request. With the special tokens
    // and a letter that hardly any vocabulary has, so that a file that names tokens it lacks for these fails now too.
    internal void WarmUp()
    {
        var tokens = Tokenizer.Encode("Hello \U0002A6A5", addSpecial: true, parseSpecial: false);
        var batch = new Batch(Math.Min(Math.Max(tokens.Length, 1), Capacity.ContextLength));
        for (var position = 0; position < batch.Capacity; position++)
            batch.Add(tokens.ElementAtOrDefault(position), position, 0, wantsLogits: true);
        Embed(batch);
        Vector(0);
    }

    /// <summary>On the owning thread, which is in no other call.</summary>
    public void Dispose() => _context.Dispose();
}
