using System.Text.Json;
using Vibee.Server.OpenApi;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>An endpoint that takes a JSON object and needs the loaded model.</summary>
internal abstract class ModelEndpoint(ServerOptions options, ServedModel served) : IJsonEndpoint
{
    public async Task HandleAsync(HttpContext context)
    {
        if (served.Loaded is not { } model)
        {
            await ApiError.ModelLoading.SendAsync(context);
            return;
        }

        var (body, error) = await JsonBody.ReadAsync(context.Request, options.MaxRequestBody);
        if (body is null)
        {
            await error!.SendAsync(context);
            return;
        }

        Func<HttpContext, Task> reply;
        using (body) // not for as long as the reply takes: its memory is wanted by the next request
            reply = Reply(new RequestFields(body.Root), model);
        await reply(context);
    }

    public void Describe(LoadedModel model, JsonElement example, FieldSchema schema) =>
        Reply(new RequestFields(example) { Schema = schema }, model);

    /// <summary>Reads the request.</summary>
    /// <returns>What sends the reply. It must not use <paramref name="fields"/> any more.</returns>
    protected abstract Func<HttpContext, Task> Reply(RequestFields fields, LoadedModel model);
}
