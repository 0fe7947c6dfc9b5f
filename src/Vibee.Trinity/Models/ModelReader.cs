using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Trinity.Kernels;
using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// A file's numbers and tensors as an architecture asks for them: every key within bounds, every tensor of the shape that
/// the numbers imply. What does not fit is named in a <see cref="RunnerException"/>.
/// </summary>
/// <remarks>Nothing is copied but biases, norms and other vectors: matrices point into the mapping, until
/// <see cref="PackedWeights"/> copies them.</remarks>
internal sealed unsafe class ModelReader
{
    private readonly GgufFile _file;

    /// <param name="file">Stays open for as long as the model is used.</param>
    /// <param name="contextLength">The most positions a sequence will have: some models turn positions differently then.</param>
    public ModelReader(GgufFile file, int contextLength)
    {
        _file = file;
        ContextLength = contextLength;
        Architecture = file.Metadata.GetString("general.architecture") ?? throw Missing("general.architecture");
    }

    public string Architecture { get; }

    public int ContextLength { get; }

    /// <summary>Forms in which the matrices read so far want their inputs.</summary>
    public ActivationForms Forms { get; private set; }

    /// <summary>The most inputs of a matrix read so far.</summary>
    public int LongestRow { get; private set; }

    /// <summary>Bytes of the vectors read so far: unlike matrices they are copies.</summary>
    public long VectorBytes { get; private set; }

    public bool Has(string tensor) => _file.FindTensor(tensor) is not null;

    /// <summary>A whole number from 1 to <paramref name="most"/>, of the architecture's own keys.</summary>
    public int Count(string key, int most, int? fallback = null)
    {
        var name = $"{Architecture}.{key}";
        if (_file.Metadata.GetArrayLength(name) is not null)
            throw new RunnerException($"{name} differs from layer to layer, which Trinity does not run.");
        var value = _file.Metadata.GetInteger(name) ?? fallback ?? throw Missing(name);
        return value >= (fallback is 0 ? 0 : 1) && value <= most ? (int)value : throw Impossible(name, value);
    }

    /// <summary>A finite number of the architecture's own keys.</summary>
    public float Number(string key, float? fallback = null)
    {
        var name = $"{Architecture}.{key}";
        var value = _file.Metadata.GetNumber(name) ?? fallback ?? throw Missing(name);
        return float.IsFinite((float)value) ? (float)value : throw Impossible(name, value);
    }

    public string? Text(string key) => _file.Metadata.GetString($"{Architecture}.{key}");

    public bool? Flag(string key) => _file.Metadata.GetBool($"{Architecture}.{key}");

    /// <summary>One truth value per layer, where the file has them: as truth values or as numbers.</summary>
    public bool[]? Flags(string key)
    {
        var name = $"{Architecture}.{key}";
        return _file.Metadata.GetBools(name)?.ToArray() ??
            _file.Metadata.GetIntegers(name)?.Select(number => number != 0).ToArray();
    }

    /// <summary>The number of tokens: the rows of the embedding.</summary>
    public int Vocabulary()
    {
        var tensor = Find("token_embd.weight");
        return tensor.Dimensions.Count == 2 && tensor.Dimensions[1] <= int.MaxValue / 2
            ? (int)tensor.Dimensions[1]
            : throw Shape(tensor, "a matrix");
    }

    /// <summary>A matrix [<paramref name="inputs"/>, <paramref name="outputs"/>] of a type that there is a kernel for.</summary>
    public WeightMatrix Matrix(string name, int inputs, int outputs) => Matrices(name, inputs, outputs, 1)[0];

    /// <summary><paramref name="count"/> such matrices in one tensor, one after the other.</summary>
    public WeightMatrix[] Matrices(string name, int inputs, int outputs, int count)
    {
        var tensor = Find(name);
        if (tensor.ElementCount != (long)inputs * outputs * count || tensor.Dimensions is not [var first, ..] || first != inputs)
            throw Shape(tensor, count == 1 ? $"{inputs} x {outputs}" : $"{inputs} x {outputs} x {count}");
        var format = WeightFormat.Of(tensor) ??
            throw new RunnerException($"The tensor {name} is of type {tensor.Type}, for which Trinity has no kernel.");
        Forms |= format.Form;
        LongestRow = Math.Max(LongestRow, inputs);
        // The reader has checked that all of it lies in the file; a span alone could not address more than 2 GiB.
        var data = Address(tensor);
        return [.. Enumerable.Range(0, count).Select(i => new WeightMatrix(format, data + (tensor.ByteLength - tensor.Type.TailSize()) / count * i, outputs, inputs))];
    }

    /// <summary>Where the mapping has a tensor.</summary>
    public static byte* Address(GgufTensor tensor) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.Slice(0, 1).Span));

    /// <summary>A vector of floats, copied.</summary>
    public float[] Vector(string name, int length)
    {
        var tensor = Find(name);
        if (tensor.ElementCount != length)
            throw Shape(tensor, $"{length}");
        VectorBytes += (long)sizeof(float) * length;
        return tensor.Type switch
        {
            GgmlType.F32 => MemoryMarshal.Cast<byte, float>(tensor.Bytes).ToArray(),
            GgmlType.F16 => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(tensor.Bytes).ToArray(), half => (float)half),
            GgmlType.BF16 => Array.ConvertAll(
                MemoryMarshal.Cast<byte, ushort>(tensor.Bytes).ToArray(),
                upper => BitConverter.UInt32BitsToSingle((uint)upper << 16)),
            _ => throw new RunnerException($"The tensor {name} is of type {tensor.Type}; Trinity wants floats here."),
        };
    }

    public float[]? OptionalVector(string name, int length) => Has(name) ? Vector(name, length) : null;

    /// <summary>The factor that goes with a matrix, 1 where there is none.</summary>
    public float Scale(string name) => OptionalVector($"{name}.scale", 1)?[0] ?? 1;

    public RunnerException Missing(string key) => new($"The file has no {key}, without which Trinity cannot run the model.");

    private static RunnerException Impossible(string key, IFormattable value) =>
        new($"{key} is {value.ToString(null, CultureInfo.InvariantCulture)}, which Trinity cannot run.");

    private static RunnerException Shape(GgufTensor tensor, string expected) =>
        new($"The tensor {tensor.Name} is {string.Join(" x ", tensor.Dimensions)}, expected {expected}.");

    private GgufTensor Find(string name) => _file.FindTensor(name) ?? throw Missing($"tensor {name}");
}
