using System.Text.Json;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>A request to rank documents, read and checked: Jina's with <c>documents</c>, or that of Hugging Face's text
/// embeddings inference (TEI) with <c>texts</c>.</summary>
internal sealed record RerankRequest
{
    private const int MaxDocuments = 2048;

    public required string Model { get; init; }

    public required IReadOnlyList<string> Documents { get; init; }

    /// <summary>Query and document together, for each document.</summary>
    public required IReadOnlyList<int[]> Inputs { get; init; }

    /// <summary>How many of the best are wanted.</summary>
    public int Top { get; init; }

    public bool IsTei { get; init; }

    public bool ReturnText { get; init; }

    /// <summary>Reads a request; whether it is any good, <see cref="RequestFields.Problem"/> says afterwards.</summary>
    public static RerankRequest Read(RequestFields fields, ServedModel served, LoadedEmbedder model)
    {
        var isTei = fields.Has("texts") && !fields.Has("documents");
        var name = isTei ? "texts" : "documents";
        fields.Require("query", out _);
        var query = fields.String("query") ?? "";
        var documents = ReadDocuments(fields, name);
        return new RerankRequest
        {
            Model = served.Resolve(fields),
            Documents = documents,
            Inputs = Pair(fields, model, query, documents, name),
            Top = fields.Integer("top_n", 1, int.MaxValue) ?? documents.Count,
            IsTei = isTei,
            ReturnText = fields.Bool("return_text") ?? false,
        };
    }

    private static List<string> ReadDocuments(RequestFields fields, string name)
    {
        var documents = new List<string>();
        if (!fields.Require(name, out _) || fields.Array(name) is not { } array)
            return documents;
        if (array.GetArrayLength() == 0)
            fields.Fail(name, "empty_array", $"'{name}' must not be empty.");
        if (array.GetArrayLength() > MaxDocuments)
            fields.Fail(name, "array_above_max_length", $"'{name}' may have at most {MaxDocuments} elements.");
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String)
                fields.FailType(name, "an array of strings");
            if (fields.Problem is not null)
                break;
            documents.Add(element.GetString()!);
        }

        return documents;
    }

    private static List<int[]> Pair(RequestFields fields, LoadedEmbedder model, string query, List<string> documents, string name)
    {
        var inputs = new List<int[]>();
        Check(model.CheckText(query, "query", "query"));
        for (var i = 0; i < documents.Count && fields.Problem is null; i++)
        {
            var called = $"{name}[{i}]";
            if (Check(model.CheckText(documents[i], name, called)))
                break;
            var tokens = model.Engine.Runner.EncodePair(query, documents[i]);
            if (tokens.Length == 0)
                fields.Fail(name, "invalid_value", $"'query' and '{called}' must have at least one token.");
            Check(model.CheckLength(tokens.Length, name, $"query and {called}"));
            inputs.Add(tokens);
        }

        return inputs;

        bool Check(ApiError? problem)
        {
            if (problem is not null)
                fields.Fail(problem);
            return problem is not null;
        }
    }
}
