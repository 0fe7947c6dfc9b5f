using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Engine.Speculation;
using Vibee.Server;
using Vibee.Server.Middleware.Connections;
using Vibee.Server.Middleware.Keys;
using Vibee.Server.Middleware.Limits;

namespace Vibee;

internal enum EngineChoice
{
    Auto,
    Llama,
    Trinity,
    Mock,
}

/// <summary>Everything <c>vibee serve</c> was told, checked and complete.</summary>
internal sealed record ServeSettings
{
    /// <summary>The GGUF file, or null for the mock.</summary>
    public required string? Model { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Tokens per sequence, or null for 2048 or what the model was trained on, if that is less.</summary>
    public required int? ContextLength { get; init; }

    public required int Threads { get; init; }

    public required int Parallel { get; init; }

    public required int BatchSize { get; init; }

    public required int MaxQueue { get; init; }

    public required string? Alias { get; init; }

    public required EngineChoice Engine { get; init; }

    public required string? LlamaLibrary { get; init; }

    /// <summary>Null is all of them, where there is a GPU.</summary>
    public required int? GpuLayers { get; init; }

    /// <summary>Bytes that Trinity may take for weights, cache and buffers; null is no limit.</summary>
    public required long? Memory { get; init; }

    /// <summary>Bytes of the KV cache; null is room for <see cref="Parallel"/> full contexts.</summary>
    public required long? KvCache { get; init; }

    /// <summary>Where cached prompts are kept on disk; null is nowhere.</summary>
    public required string? KvCacheDirectory { get; init; }

    /// <summary>Bytes of them; null is a default.</summary>
    public required long? KvCacheDisk { get; init; }

    /// <summary>Where Trinity keeps packed weights for the next start; null is the user's cache directory.</summary>
    public string? PackCacheDirectory { get; init; }

    /// <summary>Whether they are kept nowhere.</summary>
    public bool NoPackCache { get; init; }

    /// <summary>How to make embeddings or scores; null is what the file says, which for most is that it generates text.</summary>
    public required Pooling? Pooling { get; init; }

    /// <summary>Whether embeddings may be cut; null is what is known of the model.</summary>
    public required bool? Matryoshka { get; init; }

    /// <summary>How the KV cache is stored.</summary>
    public required KvType KvType { get; init; }

    /// <summary>Where drafts of what is generated next come from.</summary>
    public SpeculationKind Speculation { get; init; }

    public required LogLevel LogLevel { get; init; }

    /// <summary>Whether log lines are JSON.</summary>
    public bool LogJson { get; init; }

    /// <summary>The OpenTelemetry collector; null is none.</summary>
    public Uri? Otlp { get; init; }

    public TimeSpan PingInterval { get; init; }

    public TimeSpan PongTimeout { get; init; }

    public required TimeSpan DrainTimeout { get; init; }

    public required SamplingOverrides Sampling { get; init; }

    public AccessOptions Access { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    public ConnectionOptions Connections { get; init; } = new();

    /// <summary>Bytes of a request's body; null is a default.</summary>
    public long? MaxBody { get; init; }

    /// <summary>Values that are each right but not together, a sentence for each.</summary>
    public IEnumerable<string> FindContradictions()
    {
        if (Engine == EngineChoice.Mock && Model is not null)
            yield return "--engine mock takes no model: leave out --model, or choose another engine";
        if (Engine is EngineChoice.Llama or EngineChoice.Trinity && Model is null)
            yield return $"--engine {Engine.ToString().ToLowerInvariant()} needs a model: -m FILE";
        if (Engine is EngineChoice.Trinity or EngineChoice.Mock && GpuLayers is not null)
            yield return $"--gpu-layers is llama.cpp's: --engine {Engine.ToString().ToLowerInvariant()} runs on the CPU";
        if (Engine is EngineChoice.Llama or EngineChoice.Mock && Memory is not null)
            yield return $"--memory is Trinity's: --engine {Engine.ToString().ToLowerInvariant()} does not know it";
        if (Model is null && KvCache is not null)
            yield return "--kv-cache needs a model: -m FILE";
        if (Model is null && KvCacheDirectory is not null)
            yield return "--kv-cache-dir needs a model: -m FILE";
        if (KvCacheDirectory is null && KvCacheDisk is not null)
            yield return "--kv-cache-disk needs --kv-cache-dir DIR";
        if (Pooling is not null && Model is null)
            yield return "--pooling needs a model: -m FILE";
        else if (Pooling is not null && Engine == EngineChoice.Trinity)
            yield return "--pooling is llama.cpp's: Trinity generates text only";
        if (BatchSize < Parallel)
            yield return $"--batch-size {BatchSize} is less than --parallel {Parallel}: each request needs a token of every step";
        if (LlamaLibrary is not null && !Directory.Exists(LlamaLibrary))
            yield return $"--llama-lib {LlamaLibrary}: there is no such directory";
        foreach (var contradiction in FindOpenings())
            yield return contradiction;
    }

    private IEnumerable<string> FindOpenings()
    {
        if (Access is { JwtAuthority: not null, JwtKeyFile: not null })
            yield return "--jwt-authority and --jwt-key-file: tokens are signed by an authority or with a secret, not both";
        if ((Access.JwtAuthority ?? (object?)Access.JwtKeyFile) is not null && Access.JwtAudience is null)
            yield return "--jwt-audience is needed: an issuer makes tokens for others too";
        if (Access is { JwtAuthority: null, JwtKeyFile: null } && (Access.JwtAudience ?? Access.JwtIssuer) is not null)
            yield return "--jwt-audience and --jwt-issuer need --jwt-authority URL or --jwt-key-file FILE";
        if (Limits is { RequestBurst: not null, RequestsPerMinute: null } && Access.ApiKeyFile is null)
            yield return "--requests-burst needs --requests-per-minute N";
        if (Limits is { Redis: not null, RequestsPerMinute: null, TokensPerMinute: null } && Access.ApiKeyFile is null)
            yield return "--redis shares limits, and there are none: --requests-per-minute N or --tokens-per-minute N";
        foreach (var origin in CorsOrigins.Where(origin => !IsOrigin(origin)))
            yield return $"--cors-origin {origin}: must be * or an origin as browsers send it, without a path, such as https://chat.example.org";
        if (Connections is { TrustProxy: true, MaxPerAddress: not null })
            yield return "--max-connections-per-address: with --trust-proxy every connection is the proxy's, which has to limit them itself";
        if (Connections.TlsCertificate is null != Connections.TlsKey is null)
            yield return "--tls-cert and --tls-key belong together";
    }

    // Another spelling would never be a browser's, and so open nothing in silence.
    private static bool IsOrigin(string origin) => origin is "*" or "null"
        || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.GetLeftPart(UriPartial.Authority).Equals(origin, StringComparison.OrdinalIgnoreCase));

    /// <summary>The options given that are about what is kept of prompts.</summary>
    public IEnumerable<string> CacheOptions()
    {
        if (KvCache is not null)
            yield return "--kv-cache";
        if (KvCacheDirectory is not null)
            yield return "--kv-cache-dir";
        if (KvType != KvType.F16)
            yield return "--kv-type";
    }
}
