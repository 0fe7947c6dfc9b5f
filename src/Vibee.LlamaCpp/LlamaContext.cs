using Vibee.Engine;
using Vibee.Gguf;

namespace Vibee.LlamaCpp;

/// <summary>Creates what evaluates a loaded model: the context with its KV cache, and the threads that compute.</summary>
internal static unsafe class LlamaContext
{
    /// <returns>A runner that owns <paramref name="model"/>; if this throws, the caller still does.</returns>
    public static LlamaRunner Create(LlamaOptions options, ModelHandle model, LlamaTokenizer tokenizer, ModelInfo info)
    {
        var contextLength = options.ContextLength ?? info.TrainedContextLength;
        // llama.cpp rounds up to this, and a limit is a promise.
        const int CellsPad = 256;
        var cells = options.KvCells is { } limit ? limit / CellsPad * CellsPad : (long)contextLength * options.Slots;
        if (cells < contextLength)
            throw new RunnerException($"A KV cache of {cells} tokens (--kv-cache, in steps of {CellsPad}) does not hold one request of {contextLength} (--ctx)");
        // A recurrent state is one sum over all positions. With a sliding window, llama.cpp gives cells that have left the
        // window to other sequences, so that what a slot holds has holes.
        var sharesPrefixes = !model.IsRecurrent && NativeMethods.llama_model_n_swa(model.Pointer) == 0;
        var slots = sharesPrefixes ? Math.Min(options.Slots + options.PrefixSlots, NativeMethods.MaxSequences) : options.Slots;
        if (options.Slots > NativeMethods.MaxSequences)
            throw new RunnerException($"{options.Slots} parallel sequences (--parallel) are too many: llama.cpp takes {NativeMethods.MaxSequences}.");
        if (cells > int.MaxValue)
            throw new RunnerException($"A context of {contextLength} tokens (--ctx) for {options.Slots} parallel sequences (--parallel) is too large.");

        // llama.cpp asserts that every slot could have its logits in one batch, those too that only keep prefixes.
        var batchTokens = Math.Max(options.BatchTokens, slots);
        var batchLogits = Math.Clamp(options.BatchLogits ?? slots, slots, batchTokens);
        var parameters = NativeMethods.llama_context_default_params();
        parameters.n_ctx = (uint)cells;
        parameters.n_seq_max = (uint)slots;
        // One pool of cells for all slots; with one for each, a fork would copy.
        parameters.kv_unified = 1;
        // The engine cuts prompts into batches already, so the two sizes that native code tells apart are one.
        parameters.n_batch = parameters.n_ubatch = (uint)batchTokens;
        parameters.n_outputs_max = (uint)batchLogits;
        parameters.n_threads = parameters.n_threads_batch = options.Threads;
        // With a cache of the window's size, a prompt cut into batches would lose positions that it still needs.
        parameters.swa_full = 1;
        if (options.KvType == KvType.Q8)
        {
            parameters.type_k = parameters.type_v = (int)GgmlType.Q8_0;
            parameters.flash_attn_type = 1; // llama.cpp reads values of 8 bits in fused attention only
        }

        if (options.FlashAttention is { } flashAttention)
            parameters.flash_attn_type = flashAttention ? 1 : 0;

        var context = NativeMethods.llama_init_from_model(model.Pointer, parameters);
        if (context == 0)
            throw new RunnerException($"{options.ModelPath}: llama.cpp cannot set up a context of {contextLength} tokens for {options.Slots} parallel sequences: {NativeLog.Reason}");
        ComputeThreads? threads = null;
        try
        {
            if (NativeMethods.llama_get_memory(context) == 0)
                throw new RunnerException($"{options.ModelPath}: a model of the architecture {info.Architecture} keeps no context and cannot generate text; for embeddings, say how its tokens are pooled: --pooling mean, cls or last");
            threads = ComputeThreads.Attach(context, options.Threads);
            var capacity = new RunnerCapacity(
                slots, (int)NativeMethods.llama_n_batch(context), contextLength, (int)NativeMethods.llama_n_ctx(context))
            {
                BatchLogits = batchLogits,
                SharesPrefixes = sharesPrefixes,
                StateFormat = $"llama.cpp {LlamaLibrary.Version} {options.KvType} {options.FlashAttention}",
            };
            return new LlamaRunner(new ContextHandle(model, context, threads, capacity.BatchTokens), info, tokenizer, capacity);
        }
        catch
        {
            NativeMethods.llama_free(context);
            threads?.Dispose();
            throw;
        }
    }
}
