using Vibee.Gguf;

namespace Vibee.Bench.Synth;

/// <summary>
/// Writes a model of random weights. It talks nonsense at exactly the speed of the model whose shape it has, so
/// speed can be measured, and measured again elsewhere, without a download: the same seed gives the same file.
/// </summary>
internal static class SynthModel
{
    public static void Write(string path, SynthShape shape, SynthQuantization quantization, int seed)
    {
        var writer = new GgufWriter();
        AddMetadata(writer, shape, quantization);
        SynthVocabulary.Add(writer, shape.Vocabulary);
        new SynthTensors(writer, shape, quantization, seed).Add();
        writer.WriteTo(path);
    }

    private static void AddMetadata(GgufWriter writer, SynthShape shape, SynthQuantization quantization)
    {
        var (name, epsilon) = shape.Architecture switch
        {
            SynthArchitecture.Phi2 => ("phi2", "layer_norm_epsilon"),
            _ => ("llama", "layer_norm_rms_epsilon"),
        };
        writer.Add("general.architecture", name);
        writer.Add("general.name", "synthetic");
        writer.Add("general.file_type", quantization.FileType);
        writer.Add($"{name}.block_count", (uint)shape.Layers);
        writer.Add($"{name}.context_length", (uint)shape.ContextLength);
        writer.Add($"{name}.embedding_length", (uint)shape.Width);
        writer.Add($"{name}.feed_forward_length", (uint)shape.FeedForward);
        writer.Add($"{name}.attention.head_count", (uint)shape.Heads);
        writer.Add($"{name}.attention.head_count_kv", (uint)shape.KeyValueHeads);
        writer.Add($"{name}.attention.{epsilon}", 1e-5f);
        writer.Add($"{name}.rope.dimension_count", (uint)(shape.RotatedPart > 0 ? shape.RotatedPart : shape.HeadWidth));
        writer.Add($"{name}.vocab_size", (uint)shape.Vocabulary);
    }
}
