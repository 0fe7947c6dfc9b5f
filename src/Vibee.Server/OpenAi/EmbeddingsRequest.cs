using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>A request for embeddings, read and checked.</summary>
internal sealed record EmbeddingsRequest
{
    private const int MaxInputs = 2048;

    public required string Model { get; init; }

    public required IReadOnlyList<int[]> Inputs { get; init; }

    /// <summary>Vectors as the bytes of their numbers instead of decimals.</summary>
    public bool Base64 { get; init; }

    /// <summary>Numbers in a vector.</summary>
    public int Dimensions { get; init; }

    /// <summary>Reads a request; whether it is any good, <see cref="RequestFields.Problem"/> says afterwards.</summary>
    public static EmbeddingsRequest Read(RequestFields fields, ServedModel served, LoadedEmbedder model)
    {
        fields.Require("input", out _);
        var request = new EmbeddingsRequest
        {
            Model = served.Resolve(fields),
            Base64 = fields.Choice("encoding_format", "float", "base64") == "base64",
            Dimensions = DimensionsOf(fields, model),
            Inputs = [.. new TextInputs(fields, "input", MaxInputs, model.Tokenizer)
            {
                CheckText = (text, name) => text.Length > 0
                    ? model.CheckText(text, "input", name)
                    : ApiError.Invalid("input", "invalid_value", $"'{name}' must not be empty."),
                CheckLength = (tokens, name) => model.CheckLength(tokens, "input", name),
            }.Read().Select(input => input.Tokens)],
        };
        fields.String("user");
        return request;
    }

    private static int DimensionsOf(RequestFields fields, LoadedEmbedder model)
    {
        var all = model.VectorLength;
        if (fields.Integer("dimensions", 1, int.MaxValue) is not { } dimensions || dimensions == all)
            return all;
        if (dimensions > all)
            fields.Fail("dimensions", "unsupported_value", $"'dimensions' must be at most {all}, which is what the model makes.");
        else if (!model.IsMatryoshka)
            fields.Fail("dimensions", "unsupported_value", $"'dimensions' must be {all}: the model was not trained for shorter vectors. If it was, start the server with --matryoshka on.");
        return dimensions;
    }
}
