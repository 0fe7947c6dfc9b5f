namespace Vibee.Bench.Synth;

/// <summary>The dimensions of a known model, for a file of random weights with the same speed.</summary>
/// <param name="Layers">Transformer blocks.</param>
/// <param name="Width">Length of an embedding.</param>
/// <param name="FeedForward">Width inside the feed-forward network.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="KeyValueHeads">Heads of keys and values, each shared by Heads / KeyValueHeads query heads.</param>
/// <param name="Vocabulary">Tokens.</param>
/// <param name="ContextLength">What the original was trained on.</param>
internal sealed record SynthShape(int Layers, int Width, int FeedForward, int Heads, int KeyValueHeads, int Vocabulary, int ContextLength)
{
    public static readonly IReadOnlyDictionary<string, SynthShape> Known = new Dictionary<string, SynthShape>
    {
        ["tinyllama-1.1b"] = new(22, 2048, 5632, 32, 4, 32000, 2048),
        ["phi-2"] = new(32, 2560, 10240, 32, 32, 51200, 2048) { Architecture = SynthArchitecture.Phi2, RotatedPart = 32 },
        ["mistral-7b"] = new(32, 4096, 14336, 32, 8, 32000, 32768),
        ["tiny"] = new(2, 256, 512, 4, 2, 1024, 512),
        ["tiny-phi"] = new(2, 256, 512, 4, 4, 1024, 512) { Architecture = SynthArchitecture.Phi2, RotatedPart = 32 },
    };

    public SynthArchitecture Architecture { get; init; }

    /// <summary>How many components of a head rotate with the position; 0 is all of them.</summary>
    public int RotatedPart { get; init; }

    public int HeadWidth => Width / Heads;

    public int KeyValueWidth => HeadWidth * KeyValueHeads;
}

/// <summary>Which matrices a layer has.</summary>
internal enum SynthArchitecture
{
    /// <summary>Llama, TinyLlama, Mistral: root mean square norms, a gated feed-forward network, no biases.</summary>
    Llama,

    /// <summary>Phi-2: layer norms and biases, no gate, queries, keys and values in one matrix.</summary>
    Phi2,
}
