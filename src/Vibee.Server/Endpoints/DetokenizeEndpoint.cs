using System.Text;
using System.Text.Json;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>POST /detokenize.</summary>
internal sealed class DetokenizeEndpoint(ServerOptions options, ServedModel served) : ModelEndpoint<Loaded>(options, served)
{
    protected override Func<HttpContext, Task> Reply(RequestFields fields, Loaded model)
    {
        var tokenizer = model.Tokenizer;
        var bytes = new List<byte>();
        if (fields.Require("tokens", out _) && fields.Array("tokens") is { } tokens)
        {
            foreach (var element in tokens.EnumerateArray())
            {
                if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var token) && token >= 0 && token < tokenizer.VocabularySize)
                    bytes.AddRange(tokenizer.Bytes(token, renderSpecial: true));
                else
                    fields.Fail("tokens", "invalid_value", $"'tokens' must be token ids from 0 to {tokenizer.VocabularySize - 1}.");
            }
        }

        if (fields.Problem is { } problem)
            return problem.SendAsync;
        var text = Encoding.UTF8.GetString(bytes.ToArray());
        return context => JsonReply.SendAsync(context, StatusCodes.Status200OK, text, static (json, text) =>
        {
            json.WriteStartObject();
            json.WriteString("content"u8, text);
            json.WriteEndObject();
        });
    }
}
