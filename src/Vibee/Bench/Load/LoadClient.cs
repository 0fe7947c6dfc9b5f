using System.Net.Http.Headers;
using System.Text.Json;

namespace Vibee.Bench.Load;

/// <summary>Sends streamed requests and takes the time of every piece of text.</summary>
internal sealed class LoadClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly LoadSettings _settings;
    private readonly HttpClient _client;
    private readonly JsonDocument? _fields;

    public LoadClient(LoadSettings settings)
    {
        _settings = settings;
        _fields = settings.Fields is null ? null : JsonDocument.Parse(settings.Fields);
        _client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = settings.Clients ?? int.MaxValue })
        {
            BaseAddress = settings.Url,
            Timeout = Patience,
        };
        if (settings.ApiKey is { } key)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Whether somebody listens. Whatever is answered is right: not every server has the models' list.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await _client.GetAsync("/v1/models", cancellation);
            return null;
        }
        catch (HttpRequestException exception)
        {
            return $"--url {_settings.Url} does not answer: {exception.Message}";
        }
        catch (OperationCanceledException)
        {
            return $"--url {_settings.Url} has not answered yet";
        }
    }

    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public async Task<LoadResult> SendAsync(Conversation conversation, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _settings.IsChat ? "/v1/chat/completions" : "/v1/completions") { Content = Body(conversation) };
        var chunks = new ChunkReader();
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
                return new LoadResult { Error = $"status {(int)response.StatusCode}: {ErrorOf(await response.Content.ReadAsStringAsync(cancellation))}" };

            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
            while (await reader.ReadLineAsync(cancellation) is { } line)
            {
                if (line.StartsWith("data:", StringComparison.Ordinal) && line.AsMemory("data:".Length).Trim() is var data && data.Span.StartsWith('{'))
                    chunks.Read(data);
            }

            return chunks.Finish();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new LoadResult { Error = $"no answer in {Patience.TotalMinutes:F0} minutes" };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new LoadResult { Error = exception.Message };
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _fields?.Dispose();
    }

    private ByteArrayContent Body(Conversation conversation)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (_settings.Model is not null)
                json.WriteString("model", _settings.Model);
            conversation.WriteTo(json);
            json.WriteNumber("max_tokens", _settings.MaxTokens);
            json.WriteNumber("temperature", 0);
            json.WriteBoolean("ignore_eos", true);
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
            if (_fields is not null)
            {
                foreach (var field in _fields.RootElement.EnumerateObject())
                    field.WriteTo(json);
            }

            json.WriteEndObject();
        }

        var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static string ErrorOf(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.GetProperty("error").GetProperty("message").GetString() ?? "";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return body.Length > 200 ? body[..200] : body;
        }
    }
}
