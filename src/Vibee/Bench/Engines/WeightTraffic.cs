using Vibee.Gguf;

namespace Vibee.Bench.Engines;

/// <summary>How many bytes of weights one forward call reads.</summary>
/// <param name="Always">Bytes that every call reads.</param>
/// <param name="Experts">Bytes of all experts; a token passes through some of them.</param>
/// <param name="UsedShare">How large a part of the experts one token passes through, from 0 to 1.</param>
internal sealed record WeightTraffic(long Always, long Experts, double UsedShare)
{
    public static WeightTraffic Of(GgufFile file, string architecture)
    {
        // Of the embeddings only the tokens' own rows are read, unless they are the output too.
        var lookedUp = file.FindTensor("output.weight") is null ? null : "token_embd.weight";
        var experts = file.Tensors.Where(tensor => tensor.Name.Contains("_exps.")).Sum(tensor => tensor.ByteLength);
        var rest = file.Tensors.Where(tensor => tensor.Name != lookedUp && tensor.Name != "per_layer_token_embd.weight").Sum(tensor => tensor.ByteLength) - experts;
        var share = (double)(file.Metadata.GetInteger($"{architecture}.expert_used_count") ?? 1) / Math.Max(1, file.Metadata.GetInteger($"{architecture}.expert_count") ?? 1);
        return new WeightTraffic(rest, experts, Math.Clamp(share, 0, 1));
    }

    /// <summary>Tokens that choose their experts at random meet on some of them.</summary>
    public double BytesPerStep(int tokens) => Always + Experts * (1 - Math.Pow(1 - UsedShare, tokens));
}
