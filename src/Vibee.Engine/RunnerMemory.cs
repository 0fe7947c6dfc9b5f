namespace Vibee.Engine;

/// <summary>What a runner holds, exactly: the bytes of its allocations and mappings.</summary>
/// <param name="WeightBytes">Tensors mapped from the model's file, and what was copied out of it: norms, biases, the tokenizer.</param>
/// <param name="KvBytes">The KV cache, whether used or not, with the tables that say whose its blocks are.</param>
/// <param name="ScratchBytes">Buffers of forward calls, logits included.</param>
/// <param name="KvBlocks">Blocks of the KV cache.</param>
/// <param name="KvBlocksUsed">Those that some slot holds; one that several share counts once.</param>
public sealed record RunnerMemory(long WeightBytes, long KvBytes, long ScratchBytes, int KvBlocks, int KvBlocksUsed);
