using Vibee.Engine;
using Vibee.Engine.Embeddings;

namespace Vibee.LlamaCpp;

/// <summary>A model that llama.cpp evaluates for vectors or scores: an encoder such as BERT, or a decoder whose last
/// layer is pooled. Made by <see cref="LlamaLoader.LoadEmbedder"/>.</summary>
public sealed unsafe class LlamaEmbeddingRunner : IEmbeddingRunner
{
    private readonly ModelHandle _model;
    private readonly ComputeThreads? _threads;
    private readonly nint _memory; // none in an encoder
    private readonly TokenBatch _batch;
    private readonly PairEncoder _pairs;
    private nint _context;

    /// <summary>Becomes the owner of all that is passed.</summary>
    internal LlamaEmbeddingRunner(
        ModelHandle model, nint context, ComputeThreads? threads, ModelInfo info, LlamaTokenizer tokenizer, Pooling pooling, EmbeddingCapacity capacity)
    {
        _model = model;
        _context = context;
        _threads = threads;
        _memory = NativeMethods.llama_get_memory(context);
        _batch = new TokenBatch(Math.Max(capacity.BatchTokens, capacity.ContextLength));
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

    public int[] EncodePair(string query, string document) => _pairs.Encode(query, document);

    public void Embed(Batch batch)
    {
        // Native code ends the process over these.
        foreach (var input in batch.Slots)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)input, (uint)Capacity.Inputs, nameof(batch));
        if (_memory != 0)
            NativeMethods.llama_memory_clear(_memory, data: false);
        var code = NativeMethods.llama_decode(_context, _batch.Fill(batch));
        if (code != 0)
            throw new RunnerException($"llama.cpp could not embed a batch of {batch.Count} tokens ({code}): {NativeLog.Reason}");
    }

    public ReadOnlySpan<float> Vector(int input)
    {
        var vector = NativeMethods.llama_get_embeddings_seq(_context, input);
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
    public void Dispose()
    {
        if (_context == 0)
            return;
        NativeMethods.llama_free(_context);
        _context = 0;
        _threads?.Dispose();
        _model.Dispose();
        _batch.Dispose();
    }
}
