using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Vibee.Server.Requests;

/// <summary>A request's body, read within limits and parsed to a JSON object.</summary>
internal sealed class JsonBody : IDisposable
{
    private const int MaxDepth = 64;

    // Every field that is looked for is looked for among all: a million of them would be a minute's work.
    private const int MaxFields = 1000;

    // What a client claims to send costs it nothing; what it sends is stored as it comes, in a buffer that doubles.
    private const int MaxFirstBuffer = 64 << 10;

    private readonly byte[] _bytes;
    private readonly JsonDocument _document;

    private JsonBody(byte[] bytes, JsonDocument document) => (_bytes, _document) = (bytes, document);

    public JsonElement Root => _document.RootElement;

    /// <summary>Reads the body of <paramref name="request"/>, at most <paramref name="limit"/> bytes.</summary>
    public static async ValueTask<(JsonBody? Body, ApiError? Error)> ReadAsync(HttpRequest request, long limit)
    {
        if (CheckHeaders(request, limit) is { } refusal)
            return (null, refusal);

        var bytes = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(request.ContentLength ?? 4096, 1, Math.Min(limit, MaxFirstBuffer)));
        try
        {
            var length = 0;
            while (true)
            {
                // Copied at every read, not collected in the pipe: beyond its buffer the pipe stops reading.
                var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
                if (length + read.Buffer.Length > limit)
                {
                    request.BodyReader.AdvanceTo(read.Buffer.End);
                    return (null, TooLarge(limit));
                }

                bytes = Grown(bytes, length, length + (int)read.Buffer.Length);
                read.Buffer.CopyTo(bytes.AsSpan(length));
                length += (int)read.Buffer.Length;
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }

            if (Parse(bytes.AsMemory(0, length), out var problem) is not { } document)
                return (null, new ApiError(400, problem));
            var body = new JsonBody(bytes, document);
            bytes = [];
            return (body, null);
        }
        finally
        {
            if (bytes.Length > 0)
                ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public void Dispose()
    {
        _document.Dispose();
        ArrayPool<byte>.Shared.Return(_bytes);
    }

    private static ApiError? CheckHeaders(HttpRequest request, long limit)
    {
        if (request.ContentType is { Length: > 0 } type && !IsJson(type))
        {
            return new ApiError(415, $"Content-Type '{type}' is not supported; send application/json.", null,
                "unsupported_media_type");
        }

        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return new ApiError(415, $"Content-Encoding '{encoding}' is not supported; send the body uncompressed.", null,
                "unsupported_media_type");
        }

        return request.ContentLength > limit ? TooLarge(limit) : null;
    }

    private static bool IsJson(string contentType)
    {
        var type = contentType.AsSpan();
        if (type.IndexOf(';') is >= 0 and var end)
            type = type[..end];
        type = type.Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static JsonDocument? Parse(Memory<byte> json, out string problem)
    {
        problem = "";
        if (json.Span.StartsWith("\uFEFF"u8))
            json = json[3..];
        if (!Utf8.IsValid(json.Span))
        {
            problem = "The request body is not valid UTF-8.";
            return null;
        }

        SurrogateRepair.Apply(json.Span);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException exception)
        {
            problem = IsTooDeep(json.Span) ? $"The request body is nested more than {MaxDepth} deep."
                : $"The request body is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.";
            return null;
        }

        problem = document.RootElement.ValueKind != JsonValueKind.Object ? "The request body must be a JSON object."
            : document.RootElement.GetPropertyCount() > MaxFields ? $"The request body has more than {MaxFields} fields."
            : "";
        if (problem.Length == 0)
            return document;
        document.Dispose();
        return null;
    }

    /// <summary>Whether so much is what stands in the way first.</summary>
    private static bool IsTooDeep(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth == MaxDepth)
                    return true;
            }
        }
        catch (JsonException)
        {
            // Then it is no JSON.
        }

        return false;
    }

    private static byte[] Grown(byte[] bytes, int used, int needed)
    {
        if (needed <= bytes.Length)
            return bytes;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(2L * bytes.Length, Array.MaxLength)));
        bytes.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        return larger;
    }

    private static ApiError TooLarge(long limit) =>
        new(413, $"The request body is larger than {limit} bytes.", null, "request_too_large");
}
