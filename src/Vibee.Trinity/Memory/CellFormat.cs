using Vibee.Engine;
using Vibee.Trinity.Kernels;

namespace Vibee.Trinity.Memory;

/// <summary>How the KV cache stores one head's key or value of one position: a row of bytes.</summary>
internal abstract unsafe class CellFormat
{
    public abstract KvType Type { get; }

    public static CellFormat Of(KvType type) => type == KvType.Q8 ? new ByteCells() : new HalfCells();

    /// <summary>Bytes of a row.</summary>
    public abstract int RowBytes(int components);

    public abstract void Store(float* source, byte* row, int components);

    /// <summary>Reads neighbouring rows as floats.</summary>
    public abstract void Load(byte* rows, float* target, int components, int count);

    /// <summary>16-bit floats.</summary>
    private sealed class HalfCells : CellFormat
    {
        public override KvType Type => KvType.F16;

        public override int RowBytes(int components) => components * sizeof(Half);

        public override void Store(float* source, byte* row, int components) => Halves.Narrow(source, (Half*)row, components);

        public override void Load(byte* rows, float* target, int components, int count) =>
            Halves.Widen((Half*)rows, target, components * count);
    }

    /// <summary>8-bit integers, one for each component, then an f16 scale for every 32 of them (GGUF's Q8_0, in another order).</summary>
    private sealed class ByteCells : CellFormat
    {
        private const int Group = 32;

        public override KvType Type => KvType.Q8;

        public override int RowBytes(int components) => components + Groups(components) * sizeof(Half);

        public override void Store(float* source, byte* row, int components)
        {
            var scales = (Half*)(row + components);
            for (var start = 0; start < components; start += Group)
            {
                var end = Math.Min(start + Group, components);
                var largest = 0f;
                for (var i = start; i < end; i++)
                    largest = MathF.Max(largest, MathF.Abs(source[i]));
                // What is no finite number would be stored as some integer and look healthy: let the scale show it.
                var inverse = largest > 1e-35f && float.IsFinite(largest) ? 127 / largest : 0;
                scales[start / Group] = (Half)(largest / 127);
                for (var i = start; i < end; i++)
                    ((sbyte*)row)[i] = (sbyte)(int)MathF.Round(source[i] * inverse);
            }
        }

        public override void Load(byte* rows, float* target, int components, int count)
        {
            for (var row = 0; row < count; row++, rows += RowBytes(components), target += components)
            {
                var scales = rows + components;
                for (var start = 0; start < components; start += Group, scales += sizeof(Half))
                    Vectors.FromBytes((sbyte*)rows + start, Halves.Load(scales), target + start, Math.Min(Group, components - start));
            }
        }

        private static int Groups(int components) => (components + Group - 1) / Group;
    }
}
