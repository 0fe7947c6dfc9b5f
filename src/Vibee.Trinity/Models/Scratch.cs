using Vibee.Trinity.Kernels;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// Everything a forward pass writes, cut once for the largest batch. Columns are tokens of the batch, except where a token
/// asks several experts: there each of its questions has a column.
/// </summary>
internal sealed unsafe class Scratch
{
    public Scratch(Arena arena, Model model, ActivationForms forms, int tokens)
    {
        var shape = model.Shape;
        var questions = tokens * Math.Max(1, shape.ExpertsUsed);
        Hidden = new Matrix(arena, tokens, shape.Width);
        Normed = new Activations(arena, tokens, shape.Width, forms);
        Query = new Matrix(arena, tokens, shape.QueryWidth);
        Key = new Matrix(arena, tokens, shape.KvWidth);
        Value = new Matrix(arena, tokens, shape.KvWidth);
        Attended = new Activations(arena, tokens, shape.QueryWidth, forms);
        Update = new Matrix(arena, tokens, shape.Width);
        Gate = new Matrix(arena, questions, shape.Inner);
        Inner = new Activations(arena, questions, shape.Inner, forms);
        Answers = new Matrix(arena, shape.ExpertsUsed * tokens, shape.Width);
        Router = new Matrix(arena, tokens, Math.Max(1, shape.Experts));
        Ropes = [.. model.Layers.Select(layer => layer.Attention.Rope).OfType<Rope>().Distinct()];
        Cosines = [.. Ropes.Select(rope => new Matrix(arena, tokens, rope.Pairs))];
        Sines = [.. Ropes.Select(rope => new Matrix(arena, tokens, rope.Pairs))];
    }

    /// <summary>[width]: what the layers read and add to.</summary>
    public Matrix Hidden { get; }

    /// <summary>[width]: normed, the input of attention and of the feed-forward.</summary>
    public Activations Normed { get; }

    /// <summary>[heads × head]</summary>
    public Matrix Query { get; }

    /// <summary>[KV heads × head]</summary>
    public Matrix Key { get; }

    /// <summary>[KV heads × head]</summary>
    public Matrix Value { get; }

    /// <summary>[heads × head]: what the heads read from the values.</summary>
    public Activations Attended { get; }

    /// <summary>[width]: what is to be added to <see cref="Hidden"/>.</summary>
    public Matrix Update { get; }

    /// <summary>[inner]</summary>
    public Matrix Gate { get; }

    /// <summary>[inner]: the up projection, then its product with the gate.</summary>
    public Activations Inner { get; }

    /// <summary>[width]: what each expert asked has answered.</summary>
    public Matrix Answers { get; }

    /// <summary>[experts]</summary>
    public Matrix Router { get; }

    /// <summary>The different rotations of the layers; most models have one.</summary>
    public Rope[] Ropes { get; }

    /// <summary>[pairs], for each rotation.</summary>
    public Matrix[] Cosines { get; }

    public Matrix[] Sines { get; }
}
