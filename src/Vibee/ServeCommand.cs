using System.CommandLine;
using Microsoft.Extensions.Logging;
using Vibee.Config;
using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Engine.Speculation;
using Vibee.Server;
using Vibee.Server.Middleware.Connections;
using Vibee.Server.Middleware.Keys;
using Vibee.Server.Middleware.Limits;

namespace Vibee;

/// <summary><c>vibee serve</c>: what it can be told. <see cref="Serving"/> does it.</summary>
internal static class ServeCommand
{
    private const string Description = """
        Starts the server.

        vibee serve                            a mock that needs no model, to build clients against
        vibee serve -m model.gguf              a real model, on http://localhost:8000/v1
        vibee serve -m model.gguf --port 3000 --ctx 4096 --threads 8

        Every option can also be given as the environment variable in brackets, or without its dashes in the file
        of --config.
        """;

    public static Command Create()
    {
        var model = Setting.Text("--model", "Path to a GGUF model; without one the mock is served", "-m");
        var port = Setting.Number("--port", 8000, 0, 65535, "Port to listen on; 0 chooses a free one");
        var host = Setting.TextOr("--host", "0.0.0.0", "Address to listen on; 0.0.0.0 is every interface, 127.0.0.1 this machine only, unix:/path a socket in the file system");
        var context = Setting.OptionalNumber("--ctx", 16, 16 << 20, "Context size: prompt and answer, in tokens, of each request (default 2048, or what the model was trained on if less)");
        var threads = Setting.Number("--threads", Math.Min(4, Environment.ProcessorCount), 1, 1024, "CPU threads of the engine (4, or the number of cores if less)");
        var parallel = Setting.Number("--parallel", 4, 1, 256, "Requests answered at the same time; more wait in a queue");
        var batch = Setting.Number("--batch-size", 512, 16, 65536, "Most tokens evaluated in one step");
        var queue = Setting.Number("--max-queue", 512, 0, 1_000_000, "Requests that may wait; more are refused with status 429");
        var alias = Setting.Text("--alias", "The model's id in the API (default: its file name without .gguf)");
        var engine = Setting.Choice("--engine", "auto", ["auto", "llama", "trinity", "mock"], "What evaluates the model; auto takes the best for it");
        var library = Setting.Text("--llama-lib", "Directory with your own build of llama.cpp (CUDA, ROCm, Metal), v0.5.0");
        var gpuLayers = Setting.OptionalNumber("--gpu-layers", 0, 100_000, "Layers of the model to put on the GPU (default: all of them, where llama.cpp finds a GPU)");
        var memory = Setting.Size("--memory", "Most memory Trinity may take for weights, cache and buffers, such as 900M or 4G (default: no limit)");
        var kvCache = Setting.Size("--kv-cache", "Memory for the keys and values of running requests and of cached prompts, such as 500M; never exceeded (default: room for --parallel full contexts)");
        var kvCacheDirectory = Setting.Text("--kv-cache-dir", "Directory that keeps cached prompts when memory is full and over restarts (default: none)");
        var kvCacheDisk = Setting.Size("--kv-cache-disk", "Most bytes in it, such as 20G (default 4G)");
        var packCache = Setting.Text("--pack-cache-dir", "Directory that keeps the weights as Trinity multiplies them, for a sooner start next time (default: vibee in the user's cache directory, for models of 64 MB or more)");
        var noPackCache = Setting.Flag("--no-pack-cache", "Keep no packed weights");
        var pooling = Setting.OptionalChoice("--pooling", ["mean", "cls", "last", "rank"], "Serve the model for embeddings (rank: as a reranker), made of its tokens in this way (default: the model file's, if it is an embedding model)");
        var matryoshka = Setting.OptionalChoice("--matryoshka", ["on", "off"], "Whether requests may ask for shorter embeddings (default: if the model is known to be trained for it)");
        var kvType = Setting.Choice("--kv-type", "f16", ["f16", "q8"], "How keys and values are kept; q8 takes little more than half the memory, and some accuracy");
        var speculate = Setting.Choice("--speculate", "none", ["none", "ngram"], "Guess what is generated next, and evaluate several tokens in one step where that pays; ngram guesses what followed the last tokens earlier in the prompt or the answer");
        var logLevel = Setting.Choice("--log-level", "info", ["trace", "debug", "info", "warning", "error", "none"], "How much to log");
        var logFormat = Setting.Choice("--log-format", "line", ["line", "json"], "How to log: lines for people, or a JSON object each");
        var otlp = Setting.OptionalUrl("--otlp", "OpenTelemetry collector to send traces and metrics to, over HTTP, such as http://localhost:4318 (default: none)");
        var ping = Setting.Number("--ping-seconds", 15.0, 0.1, 3600, "A stream or WebSocket on which nothing was sent for so long gets a ping");
        var pong = Setting.Number("--pong-seconds", 30.0, 0.1, 3600, "How long the client of a WebSocket may take to answer one");
        var drain = Setting.Number("--drain-seconds", 10.0, 0, 3600, "How long running answers may go on after Ctrl-C or SIGTERM");
        var temperature = Setting.OptionalNumber("--temperature", 0f, 2f, "Temperature of requests that set none (default: the model file's, or 0.8)");
        var topK = Setting.OptionalNumber("--top-k", 0, 1_000_000, "Likewise top_k (default 40; 0 is off)");
        var topP = Setting.OptionalNumber("--top-p", 0f, 1f, "Likewise top_p (default 0.95; 1 is off)");
        var minP = Setting.OptionalNumber("--min-p", 0f, 1f, "Likewise min_p (default 0.05; 0 is off)");
        var repeatPenalty = Setting.OptionalNumber("--repeat-penalty", 0.01f, 10f, "Likewise repeat_penalty (default 1, off)");

        var apiKey = Setting.Texts("--api-key", "A key that opens the API; may be given several times. Others on this machine can read it: better in the variable, or in --api-key-file", isSecret: true);
        var apiKeyFile = Setting.Text("--api-key-file", "File of named keys, as vibee keys writes it; read again when it changes");
        var jwtAuthority = Setting.OptionalUrl("--jwt-authority", "OpenID Connect issuer whose tokens open the API");
        var jwtKeyFile = Setting.Text("--jwt-key-file", "Or a file with the secret that tokens are signed with (HS256)");
        var jwtAudience = Setting.Text("--jwt-audience", "Whom tokens must be made for");
        var jwtIssuer = Setting.Text("--jwt-issuer", "Who must have made them (default: the authority)");
        var requests = Setting.OptionalNumber("--requests-per-minute", 1, 1_000_000, "Requests of each key, or without keys of each address (default: no limit)");
        var burst = Setting.OptionalNumber("--requests-burst", 1, 1_000_000, "Of these, how many may come at once after a rest (default: a minute's)");
        var tokens = Setting.OptionalNumber("--tokens-per-minute", 1, 1_000_000_000, "Likewise tokens of prompts and answers, charged when they are used");
        var redis = Setting.Secret("--redis", "HOST:PORT of a Redis that counts limits for several servers; a password may follow, in the variable or the file rather than here");
        var trustProxy = Setting.Flag("--trust-proxy", "Take the last address of X-Forwarded-For for the client's; only where every client comes through a proxy");
        var cors = Setting.Texts("--cors-origin", "Origin whose pages may use the API from a browser, such as https://example.org; may be given several times; * is every one");
        var tlsCertificate = Setting.Text("--tls-cert", "Certificate, with those that lead to its root, in PEM; read again when it changes");
        var tlsKey = Setting.Text("--tls-key", "Its private key, in PEM");
        var maxBody = Setting.Size("--max-body", "Largest request body, such as 10M (default 64M)");
        var headerSeconds = Setting.Number("--header-seconds", 15.0, 1, 3600, "How long a request's headers may take to come");
        var idleSeconds = Setting.Number("--idle-seconds", 130.0, 1, 86400, "How long a connection may stay open without a request");
        var perAddress = Setting.OptionalNumber("--max-connections-per-address", 1, 1_000_000, "Connections from one address at the same time (default: any number)");

        var command = new Command("serve", Description)
        {
            model, port, host, context, threads, parallel, batch, queue, alias, engine, library, gpuLayers, memory, kvCache, kvCacheDirectory, kvCacheDisk, packCache, noPackCache,
            kvType, speculate, pooling, matryoshka, logLevel, logFormat, otlp, ping, pong,
            drain, temperature, topK, topP, minP, repeatPenalty,
            apiKey, apiKeyFile, jwtAuthority, jwtKeyFile, jwtAudience, jwtIssuer, requests, burst, tokens, redis, trustProxy, cors,
            tlsCertificate, tlsKey, maxBody, headerSeconds, idleSeconds, perAddress,
        };
        command.Add(new ConfigOption(command));
        var printConfig = new Option<bool>("--print-config") { Description = "Print every setting and where its value comes from, and do no more" };
        command.Add(printConfig);
        command.SetAction(async (parsed, _) =>
        {
            var settings = Read(parsed);
            var problems = settings.FindContradictions().ToList();
            if (problems.Count > 0)
                return Failure.Usage(problems);
            if (!parsed.GetValue(printConfig))
                return await Serving.RunAsync(settings);
            Console.Out.Write(ConfigPrinter.Print(parsed));
            return 0;
        });
        return command;

        ServeSettings Read(ParseResult parsed) => new()
        {
            Model = parsed.GetValue(model),
            Host = parsed.GetValue(host)!,
            Port = parsed.GetValue(port),
            ContextLength = parsed.GetValue(context),
            Threads = parsed.GetValue(threads),
            Parallel = parsed.GetValue(parallel),
            BatchSize = parsed.GetValue(batch),
            MaxQueue = parsed.GetValue(queue),
            Alias = parsed.GetValue(alias),
            Engine = Enum.Parse<EngineChoice>(parsed.GetValue(engine)!, ignoreCase: true),
            LlamaLibrary = parsed.GetValue(library),
            GpuLayers = parsed.GetValue(gpuLayers),
            Memory = parsed.GetValue(memory),
            KvCache = parsed.GetValue(kvCache),
            KvCacheDirectory = parsed.GetValue(kvCacheDirectory),
            PackCacheDirectory = parsed.GetValue(packCache),
            NoPackCache = parsed.GetValue(noPackCache),
            KvCacheDisk = parsed.GetValue(kvCacheDisk),
            Pooling = parsed.GetValue(pooling) is { } way ? Enum.Parse<Pooling>(way, ignoreCase: true) : null,
            Matryoshka = parsed.GetValue(matryoshka) is { } word ? word == "on" : null,
            KvType = Enum.Parse<KvType>(parsed.GetValue(kvType)!, ignoreCase: true),
            Speculation = Enum.Parse<SpeculationKind>(parsed.GetValue(speculate)!, ignoreCase: true),
            LogLevel = parsed.GetValue(logLevel) == "info" ? LogLevel.Information : Enum.Parse<LogLevel>(parsed.GetValue(logLevel)!, ignoreCase: true),
            LogJson = parsed.GetValue(logFormat) == "json",
            Otlp = parsed.GetValue(otlp),
            PingInterval = TimeSpan.FromSeconds(parsed.GetValue(ping)),
            PongTimeout = TimeSpan.FromSeconds(parsed.GetValue(pong)),
            DrainTimeout = TimeSpan.FromSeconds(parsed.GetValue(drain)),
            Sampling = new SamplingOverrides
            {
                Temperature = parsed.GetValue(temperature),
                TopK = parsed.GetValue(topK),
                TopP = parsed.GetValue(topP),
                MinP = parsed.GetValue(minP),
                RepeatPenalty = parsed.GetValue(repeatPenalty),
            },
            Access = new AccessOptions
            {
                ApiKeys = parsed.GetValue(apiKey)!,
                ApiKeyFile = parsed.GetValue(apiKeyFile),
                JwtAuthority = parsed.GetValue(jwtAuthority),
                JwtKeyFile = parsed.GetValue(jwtKeyFile),
                JwtAudience = parsed.GetValue(jwtAudience),
                JwtIssuer = parsed.GetValue(jwtIssuer),
            },
            Limits = new LimitOptions
            {
                RequestsPerMinute = parsed.GetValue(requests),
                RequestBurst = parsed.GetValue(burst),
                TokensPerMinute = parsed.GetValue(tokens),
                Redis = parsed.GetValue(redis),
            },
            CorsOrigins = parsed.GetValue(cors)!,
            Connections = new ConnectionOptions
            {
                TlsCertificate = parsed.GetValue(tlsCertificate),
                TlsKey = parsed.GetValue(tlsKey),
                HeaderTimeout = TimeSpan.FromSeconds(parsed.GetValue(headerSeconds)),
                IdleTimeout = TimeSpan.FromSeconds(parsed.GetValue(idleSeconds)),
                MaxPerAddress = parsed.GetValue(perAddress),
                TrustProxy = parsed.GetValue(trustProxy),
            },
            MaxBody = parsed.GetValue(maxBody),
        };
    }
}
