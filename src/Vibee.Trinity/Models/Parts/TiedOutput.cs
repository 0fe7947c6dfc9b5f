namespace Vibee.Trinity.Models.Parts;

/// <summary>The last matrix [width, vocabulary], which many models share with the embedding.</summary>
internal static class TiedOutput
{
    public static Linear Read(ModelReader model, Shape shape)
    {
        var name = model.Has("output.weight") ? "output.weight" : "token_embd.weight";
        return new Linear(model.Matrix(name, shape.Width, shape.Vocabulary), Bias: model.OptionalVector("output.bias", shape.Vocabulary));
    }
}
