using Vibee.Engine;
using Vibee.Trinity.Kernels;

namespace Vibee.Trinity.Memory;

/// <summary>
/// How the KV cache stores the keys, or the values, of one head at <see cref="Positions"/> neighbouring positions. Keys lie
/// [component][position], so that the scores of all positions are summed at once; values lie [position][component].
/// </summary>
internal abstract unsafe class CellFormat
{
    public const int Positions = HeadProduct.Positions;

    public abstract KvType Type { get; }

    public static CellFormat Of(KvType type) => type == KvType.Q8 ? new ByteCells() : new HalfCells();

    /// <summary>Bytes for all positions.</summary>
    public abstract int Bytes(int components);

    /// <summary>Stores the key of one position.</summary>
    public abstract void StoreKey(float* key, byte* cells, int position, int components);

    /// <summary>Stores the value of one position.</summary>
    public abstract void StoreValue(float* value, byte* cells, int position, int components);

    /// <summary>Reads the keys of all positions as floats; those that were never stored are anything.</summary>
    public abstract void LoadKeys(byte* cells, float* target, int components);

    /// <summary>Reads the values of the first positions as floats.</summary>
    public abstract void LoadValues(byte* cells, float* target, int components, int count);

    /// <summary>16-bit floats.</summary>
    private sealed class HalfCells : CellFormat
    {
        public override KvType Type => KvType.F16;

        public override int Bytes(int components) => Positions * components * sizeof(Half);

        public override void StoreKey(float* key, byte* cells, int position, int components)
        {
            for (var i = 0; i < components; i++)
                ((Half*)cells)[i * Positions + position] = (Half)key[i];
        }

        public override void StoreValue(float* value, byte* cells, int position, int components) =>
            Halves.Narrow(value, (Half*)cells + position * components, components);

        public override void LoadKeys(byte* cells, float* target, int components) => LoadValues(cells, target, components, Positions);

        public override void LoadValues(byte* cells, float* target, int components, int count) =>
            Halves.Widen((Half*)cells, target, count * components);
    }

    /// <summary>8-bit integers, one for each component, then the f16 scales of every 32 components (GGUF's Q8_0, in another
    /// order): of keys [group][position], of values [position][group].</summary>
    private sealed class ByteCells : CellFormat
    {
        private const int Group = 32;

        public override KvType Type => KvType.Q8;

        public override int Bytes(int components) => Positions * (components + Groups(components) * sizeof(Half));

        public override void StoreKey(float* key, byte* cells, int position, int components)
        {
            var scales = (Half*)(cells + Positions * components) + position;
            for (var start = 0; start < components; start += Group, scales += Positions)
                *scales = Quantize(key + start, (sbyte*)cells + start * Positions + position, Positions, Math.Min(Group, components - start));
        }

        public override void StoreValue(float* value, byte* cells, int position, int components)
        {
            var scales = (Half*)(cells + Positions * components) + position * Groups(components);
            for (var start = 0; start < components; start += Group, scales++)
                *scales = Quantize(value + start, (sbyte*)cells + position * components + start, 1, Math.Min(Group, components - start));
        }

        public override void LoadKeys(byte* cells, float* target, int components)
        {
            var factors = stackalloc float[Positions];
            for (var i = 0; i < components; i++)
            {
                if (i % Group == 0)
                    Halves.Widen((Half*)(cells + Positions * components) + i / Group * Positions, factors, Positions);
                Vectors.FromBytes((sbyte*)cells + i * Positions, factors, target + i * Positions, Positions);
            }
        }

        public override void LoadValues(byte* cells, float* target, int components, int count)
        {
            var scales = cells + Positions * components;
            for (var position = 0; position < count; position++, cells += components, target += components)
            {
                for (var start = 0; start < components; start += Group, scales += sizeof(Half))
                    Vectors.FromBytes((sbyte*)cells + start, Halves.Load(scales), target + start, Math.Min(Group, components - start));
            }
        }

        /// <returns>The scale.</returns>
        private static Half Quantize(float* source, sbyte* target, int stride, int count)
        {
            var largest = 0f;
            for (var i = 0; i < count; i++)
                largest = MathF.Max(largest, MathF.Abs(source[i]));
            // What is no finite number would be stored as some integer and look healthy: let the scale show it.
            var inverse = largest > 1e-35f && float.IsFinite(largest) ? 127 / largest : 0;
            for (var i = 0; i < count; i++)
                target[i * stride] = (sbyte)(int)MathF.Round(source[i] * inverse);
            return (Half)(largest / 127);
        }

        private static int Groups(int components) => (components + Group - 1) / Group;
    }
}
