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

    /// <summary>Computes the worker's share of the outputs for the first <paramref name="count"/> columns of x.</summary>
    public unsafe void Apply(Workbench bench, Activations x, int count, Matrix y) => Apply(bench, x, null, count, y, 0);

    /// <summary>The same for chosen columns: output <paramref name="first"/> + j belongs to input inputs[j].</summary>
    public unsafe void Apply(Workbench bench, Activations x, ReadOnlySpan<int> inputs, Matrix y, int first)
    {
        fixed (int* columns = inputs)
            Apply(bench, x, columns, inputs.Length, y, first);
    }

    private unsafe void Apply(Workbench bench, Activations x, int* inputs, int count, Matrix y, int first)
    {
        var share = bench.Worker.Share(Weights.Rows, Weights.Granule);
        Weights.Multiply(bench, share, x, inputs, count, y.Column(first), y.Stride);
        if (Bias is null && Scale == 1)
            return;
        for (var j = 0; j < count; j++)
        {
            var column = y.Column(first + j);
            for (var r = share.Start; r < share.End; r++)
                column[r] = Bias is null ? column[r] * Scale : column[r] * Scale + Bias[r];
        }
    }
}
