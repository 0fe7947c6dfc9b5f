using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vibee.Server.Requests;

/// <summary>Sends one JSON document with its length, in one write.</summary>
public static class JsonReply
{
    /// <summary>Readable letters of every language instead of escapes; nothing here is ever put into HTML.</summary>
    internal static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) t_writer;

    /// <summary>Sends what <paramref name="write"/> writes of <paramref name="value"/>.</summary>
    public static async Task SendAsync<T>(HttpContext context, int status, T value, Action<Utf8JsonWriter, T> write)
    {
        // A client that asked with HEAD gets the length and no body, which Kestrel sees to.
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        Fill(response, value, write);
        await response.BodyWriter.FlushAsync();
    }

    // Written to a buffer first because the length must be known before the headers go out.
    private static void Fill<T>(HttpResponse response, T value, Action<Utf8JsonWriter, T> write)
    {
        t_writer.Buffer ??= new ArrayBufferWriter<byte>(4096);
        t_writer.Json ??= new Utf8JsonWriter(t_writer.Buffer, Options);
        var (buffer, json) = t_writer;
        buffer.ResetWrittenCount();
        json.Reset();
        write(json, value);
        json.Flush();
        response.ContentLength = buffer.WrittenCount;
        response.BodyWriter.Write(buffer.WrittenSpan);
        if (buffer.Capacity > 1 << 20)
            t_writer = default; // one huge answer must not stay with its thread
    }
}
