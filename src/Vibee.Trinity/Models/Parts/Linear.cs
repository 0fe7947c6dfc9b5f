using Vibee.Trinity.Kernels;

namespace Vibee.Trinity.Models.Parts;

/// <summary>y = scale · (W x) + bias.</summary>
/// <param name="Weights">[inputs, outputs]</param>
/// <param name="Scale">1 in most files.</param>
/// <param name="Bias">[outputs], or none.</param>
internal sealed record Linear(WeightMatrix Weights, float Scale = 1, float[]? Bias = null)
{
    public ActivationForms Form => Weights.Format.Form;

    /// <summary>The outputs from <paramref name="start"/> on, as a product of their own.</summary>
    public Linear Slice(int start, int count) => new(Weights.Slice(start, count), Scale, Bias?.AsSpan(start, count).ToArray());

    /// <summary>Computes outputs, as many as the other workers leave, for the first <paramref name="count"/> columns of x.</summary>
    public unsafe void Apply(Workbench bench, Activations x, int count, Matrix y) => Apply(bench, x, null, count, y, 0);

    /// <summary>The same for chosen columns: output <paramref name="first"/> + j belongs to input inputs[j].</summary>
    public unsafe void Apply(Workbench bench, Activations x, ReadOnlySpan<int> inputs, Matrix y, int first)
    {
        fixed (int* columns = inputs)
            Apply(bench, x, columns, inputs.Length, y, first);
    }

    private unsafe void Apply(Workbench bench, Activations x, int* inputs, int count, Matrix y, int first)
    {
        var deal = bench.Worker.Deal(Weights.Rows, Weights.Granule);
        while (deal.TryTake(out var start, out var end))
        {
            Weights.Multiply(bench, (start, end), x, inputs, count, y.Column(first), y.Stride);
            if (Bias is not null || Scale != 1)
                Adjust(start, end, count, y, first);
        }
    }

    private unsafe void Adjust(int start, int end, int count, Matrix y, int first)
    {
        for (var j = 0; j < count; j++)
        {
            var column = y.Column(first + j);
            for (var r = start; r < end; r++)
                column[r] = Bias is null ? column[r] * Scale : column[r] * Scale + Bias[r];
        }
    }
}
