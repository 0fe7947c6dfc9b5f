using System.Text.Json;
using Vibee.Server.Middleware.Limits;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>GET /v1/models and /v1/models/{id}; served while the model still loads.</summary>
internal sealed class ModelsEndpoint(ServedModel served)
{
    public Task ListAsync(HttpContext context) =>
        JsonReply.SendAsync(context, StatusCodes.Status200OK, (this, Caller.Of(context)), static (json, list) => list.Item1.WriteList(json, list.Item2));

    public Task GetAsync(HttpContext context)
    {
        // Routing decodes %20 but leaves %2F, which in a path is not the same as a slash; in a model's id it is.
        var name = ((string)context.Request.RouteValues["id"]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return served.Resolve(name) is { } id && Caller.Of(context).MayUse(id, served)
            ? JsonReply.SendAsync(context, StatusCodes.Status200OK, (this, id), static (json, found) => found.Item1.WriteModel(json, found.id))
            : ServedModel.NotFound(name).SendAsync(context);
    }

    private void WriteList(Utf8JsonWriter json, Caller caller)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var id in served.Ids.Where(id => caller.MayUse(id, served)))
            WriteModel(json, id);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteModel(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, served.Created.ToUnixTimeSeconds());
        json.WriteString("owned_by"u8, "vibee"u8);
        json.WriteStartArray("aliases"u8);
        if (id == served.Ids[0])
        {
            foreach (var alias in served.Aliases)
                json.WriteStringValue(alias);
        }

        json.WriteEndArray();
        if (served.Loaded is { } model)
        {
            json.WriteNumber("max_model_len"u8, model.ContextLength);
            json.WriteStartObject("meta"u8);
            json.WriteString("architecture"u8, model.Info.Architecture);
            json.WriteNumber("n_ctx_train"u8, model.Info.TrainedContextLength);
            json.WriteNumber("n_embd"u8, model.Info.EmbeddingLength);
            json.WriteNumber("n_vocab"u8, model.Tokenizer.VocabularySize);
            json.WriteNumber("n_params"u8, model.Info.ParameterCount);
            json.WriteNumber("size"u8, model.Info.SizeInBytes);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
