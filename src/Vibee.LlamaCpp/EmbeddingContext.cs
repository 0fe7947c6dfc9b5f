using Vibee.Engine;
using Vibee.Engine.Embeddings;

namespace Vibee.LlamaCpp;

/// <summary>Creates what evaluates a loaded model for vectors; the counterpart of <see cref="LlamaContext"/>.</summary>
internal static class EmbeddingContext
{
    /// <summary>Inputs in one call. More would fill a batch with texts of eight words; all of them cost memory in
    /// recurrent models, which is why those have one for each slot.</summary>
    private const int MostInputs = 64;

    /// <returns>A runner that owns <paramref name="model"/>; if this throws, the caller still does.</returns>
    public static LlamaEmbeddingRunner Create(LlamaOptions options, ModelHandle model, LlamaTokenizer tokenizer, ModelInfo info, Pooling pooling)
    {
        // Beyond what it was trained on, an encoder has no position embeddings: native code ends the process.
        var contextLength = Math.Min(options.ContextLength ?? info.TrainedContextLength, info.TrainedContextLength);
        var tokens = Math.Max(options.BatchTokens, contextLength);
        var inputs = Math.Min(model.IsRecurrent ? options.Slots : MostInputs, tokens);

        var parameters = NativeMethods.llama_context_default_params();
        parameters.embeddings = 1;
        parameters.pooling_type = (int)pooling;
        parameters.n_seq_max = (uint)inputs;
        parameters.kv_unified = 1;
        // An input must be in one piece, so a call takes the longest there may be. The cache, where there is one, holds
        // a call's tokens and is cleared before the next.
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = (uint)tokens;
        parameters.n_threads = parameters.n_threads_batch = options.Threads;
        if (options.FlashAttention is { } flashAttention)
            parameters.flash_attn_type = flashAttention ? 1 : 0;

        var context = NativeMethods.llama_init_from_model(model.Pointer, parameters);
        if (context == 0)
            throw new RunnerException($"{options.ModelPath}: llama.cpp cannot set up a context for inputs of {contextLength} tokens (--ctx): {NativeLog.Reason}");
        ComputeThreads? threads = null;
        try
        {
            threads = ComputeThreads.Attach(context, options.Threads);
            var capacity = new EmbeddingCapacity(inputs, Math.Min(options.BatchTokens, tokens), contextLength);
            return new LlamaEmbeddingRunner(new ContextHandle(model, context, threads, tokens), model, info, tokenizer, pooling, capacity);
        }
        catch
        {
            NativeMethods.llama_free(context);
            threads?.Dispose();
            throw;
        }
    }
}
