using Vibee.Engine;

namespace Vibee.Trinity.Models;

/// <summary>The architectures that Trinity runs, by the names that GGUF gives them.</summary>
internal static class Architectures
{
    /// <exception cref="RunnerException">The architecture, a key or a tensor stands in the way; the message names it.</exception>
    public static Model Read(ModelReader model) => model.Architecture switch
    {
        "llama" => Llama.Read(model),
        "phi2" => Phi2.Read(model),
        "phi3" => Phi3.Read(model),
        "qwen2" => Qwen2.Read(model),
        "qwen3" or "qwen3moe" => Qwen3.Read(model),
        "gemma3" => Gemma3.Read(model),
        "gpt2" => Gpt2.Read(model),
        "stablelm" => StableLm.Read(model),
        "bitnet" => BitNet.Read(model, Activation.Silu),
        // bitnet.cpp's names for Microsoft's models of 2025.
        "bitnet-25" or "bitnet-b1.58" => BitNet.Read(model, Activation.ReluSquared),
        var other => throw new RunnerException($"The architecture {Quotation.Of(other)} (general.architecture) is not one that Trinity runs."),
    };
}
