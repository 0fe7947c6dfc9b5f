using System.Text.Json;
using Vibee.Server.OpenApi;

namespace Vibee.Server.Endpoints;

/// <summary>An endpoint that takes JSON and can say which fields it reads.</summary>
internal interface IJsonEndpoint
{
    Task HandleAsync(HttpContext context);

    /// <summary>Writes down what is asked of a request such as <paramref name="example"/>; nothing if the model is not of
    /// the kind that the endpoint needs.</summary>
    void Describe(Loaded model, JsonElement example, FieldSchema schema);
}
