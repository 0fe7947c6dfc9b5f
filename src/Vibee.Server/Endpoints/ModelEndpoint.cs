using System.Text.Json;
using Vibee.Server.Middleware.Limits;
using Vibee.Server.OpenApi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>An endpoint that takes a JSON object and needs a model that generates text.</summary>
internal abstract class ModelEndpoint(ServerOptions options, ServedModel served) : ModelEndpoint<LoadedModel>(options, served);

/// <summary>An endpoint that takes a JSON object and needs a model of one kind, or any.</summary>
internal abstract class ModelEndpoint<TModel>(ServerOptions options, ServedModel served) : IJsonEndpoint
    where TModel : Loaded
{
    protected ServerOptions Options { get; } = options;

    protected ServedModel Served { get; } = served;

    public async Task HandleAsync(HttpContext context)
    {
        if (Served.Loaded is not TModel model)
        {
            await (Served.Loaded is { } other ? Refusal(other) : ApiError.ModelLoading).SendAsync(context);
            return;
        }

        // Of what has one model it may use that; where it may use none, whatever it asks.
        if (!Served.Ids.Any(id => Caller.Of(context).MayUse(id, Served)))
        {
            await ServedModel.NotFound(Served.Ids[0]).SendAsync(context);
            return;
        }

        var (body, error) = await JsonBody.ReadAsync(context.Request, Options.MaxRequestBody);
        if (body is null)
        {
            await error!.SendAsync(context);
            return;
        }

        Func<HttpContext, Task> reply;
        using (body) // not for as long as the reply takes: its memory is wanted by the next request
            reply = Reply(new RequestFields(body.Root) { Caller = Caller.Of(context) }, model);
        await reply(context);
    }

    public void Describe(Loaded model, JsonElement example, FieldSchema schema)
    {
        if (model is TModel fitting)
            Reply(new RequestFields(example) { Schema = schema }, fitting);
    }

    /// <summary>Reads the request.</summary>
    /// <returns>What sends the reply. It must not use <paramref name="fields"/> any more.</returns>
    protected abstract Func<HttpContext, Task> Reply(RequestFields fields, TModel model);

    /// <summary>What is said where the model is of another kind.</summary>
    protected virtual ApiError Refusal(Loaded model) => model.OtherKind;
}
