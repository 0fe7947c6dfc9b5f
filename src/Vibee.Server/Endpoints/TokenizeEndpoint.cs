using System.Text.Json;
using System.Text.Unicode;
using Vibee.Engine;
using Vibee.Server.Requests;

namespace Vibee.Server.Endpoints;

/// <summary>POST /tokenize.</summary>
internal sealed class TokenizeEndpoint(ServerOptions options, ServedModel served) : ModelEndpoint<Loaded>(options, served)
{
    protected override Func<HttpContext, Task> Reply(RequestFields fields, Loaded model)
    {
        var tokenizer = model.Tokenizer;
        var addSpecial = fields.Bool("add_special") ?? false;
        var parseSpecial = fields.Bool("parse_special") ?? true;
        var withPieces = fields.Bool("with_pieces") ?? false;
        var tokens = Read(fields, tokenizer, addSpecial, parseSpecial);
        return fields.Problem is { } problem
            ? problem.SendAsync
            : context => JsonReply.SendAsync(context, StatusCodes.Status200OK, tokens, (json, tokens) => Write(json, tokens, withPieces ? tokenizer : null));
    }

    /// <summary>A string, or an array in which strings and token ids may be mixed.</summary>
    private static List<int> Read(RequestFields fields, ITokenizer tokenizer, bool addSpecial, bool parseSpecial)
    {
        var tokens = new List<int>();
        const string Expected = "a string, or an array of strings and token ids";
        fields.Require("content", out _);
        if (!fields.TryGet("content", Expected, out var content, JsonValueKind.String, JsonValueKind.Array))
            return tokens;
        IEnumerable<JsonElement> parts = content.ValueKind == JsonValueKind.Array ? content.EnumerateArray() : [content];
        foreach (var part in parts)
        {
            if (part.ValueKind == JsonValueKind.String)
                tokens.AddRange(tokenizer.Encode(part.GetString()!, addSpecial && tokens.Count == 0, parseSpecial));
            else if (part.ValueKind == JsonValueKind.Number && part.TryGetInt32(out var token) && token >= 0 && token < tokenizer.VocabularySize)
                tokens.Add(token);
            else
                fields.FailType("content", Expected);
        }

        return tokens;
    }

    private static void Write(Utf8JsonWriter json, List<int> tokens, ITokenizer? speller)
    {
        json.WriteStartObject();
        json.WriteStartArray("tokens"u8);
        foreach (var token in tokens)
        {
            if (speller is null)
                json.WriteNumberValue(token);
            else
                WritePiece(json, token, speller.Bytes(token, renderSpecial: true));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePiece(Utf8JsonWriter json, int token, ReadOnlySpan<byte> piece)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, token);
        if (Utf8.IsValid(piece))
        {
            json.WriteString("piece"u8, piece);
        }
        else
        {
            json.WriteStartArray("piece"u8);
            foreach (var value in piece)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
