using Vibee.Trinity.Kernels;
using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>The feed-forward of all tokens.</summary>
internal sealed unsafe class FeedForwardPass(Scratch scratch, Step step)
{
    /// <summary>Reads Normed, leaves what is to be added in Update.</summary>
    public void Run(Workbench bench, FeedForward part)
    {
        part.Gate?.Apply(bench, scratch.Normed, step.Count, scratch.Gate);
        part.Up.Apply(bench, scratch.Normed, step.Count, scratch.Inner);
        bench.Worker.Sync();

        var (start, end) = bench.Worker.Share(step.Count);
        for (var token = start; token < end; token++)
            Activate(scratch, part, token);
        bench.Worker.Sync();

        part.Down.Apply(bench, scratch.Inner, step.Count, scratch.Update);
        bench.Worker.Sync();
    }

    /// <summary>Turns the gate and up projections of a column into the input of the down projection.</summary>
    public static void Activate(Scratch scratch, FeedForward part, int column)
    {
        var inner = scratch.Inner.Column(column);
        var x = part.Gate is null ? inner : scratch.Gate.Column(column);
        var factors = part.Gate is null ? null : inner;
        if (part.Activation == Activation.Silu)
            Vectors.Silu(x, factors, inner, scratch.Inner.Length);
        else if (part.Activation == Activation.ReluSquared)
            Vectors.ReluSquared(x, factors, inner, scratch.Inner.Length);
        else
            Vectors.Gelu(x, factors, inner, scratch.Inner.Length);
        part.InnerNorm?.Apply(inner, inner, scratch.Inner.Length);
        scratch.Inner.Quantize(column, part.Down.Form);
    }
}
