using System.Text.Json;
using Vibee.Server.Endpoints;

namespace Vibee.Server.OpenApi;

/// <summary>What the document says of an endpoint beyond what its route says.</summary>
/// <param name="Summary">In a few words.</param>
/// <param name="Body">What reads its body, if it has one.</param>
/// <param name="Examples">Requests that it answers; reading them shows which fields it knows, so together they must
/// reach every branch of its reader.</param>
/// <param name="Query">Names of parameters in the query.</param>
internal sealed record Operation(string Summary, IJsonEndpoint? Body, string[] Examples, string[] Query)
{
    /// <summary>The fields of its body.</summary>
    public FieldSchema? Schema(Loaded model)
    {
        if (Body is null)
            return null;
        var schema = new FieldSchema();
        schema.Is([JsonValueKind.Object]);
        foreach (var example in Examples)
        {
            using var document = JsonDocument.Parse(example);
            Body.Describe(model, document.RootElement, schema.Visit());
        }

        return schema;
    }
}
