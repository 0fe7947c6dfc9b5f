using System.CommandLine;
using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Server;

namespace Vibee;

/// <summary><c>vibee serve</c>: what it can be told. <see cref="Serving"/> does it.</summary>
internal static class ServeCommand
{
    private const string Description = """
        Starts the server.

        vibee serve                            a mock that needs no model, to build clients against
        vibee serve -m model.gguf              a real model, on http://localhost:8000/v1
        vibee serve -m model.gguf --port 3000 --ctx 4096 --threads 8

        Every option can also be given as the environment variable in brackets.
        """;

    public static Command Create()
    {
        var model = Setting.Text("--model", "Path to a GGUF model; without one the mock is served", "-m");
        var port = Setting.Number("--port", 8000, 0, 65535, "Port to listen on; 0 chooses a free one");
        var host = Setting.Text("--host", "Address to listen on; 0.0.0.0 (the default) is every interface, 127.0.0.1 this machine only");
        var context = Setting.OptionalNumber("--ctx", 16, 16 << 20, "Context size: prompt and answer, in tokens, of each request (default 2048, or what the model was trained on if less)");
        var threads = Setting.OptionalNumber("--threads", 1, 1024, "CPU threads of the engine (default 4, or the number of cores if less)");
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
        var pooling = Setting.OptionalChoice("--pooling", ["mean", "cls", "last", "rank"], "Serve the model for embeddings (rank: as a reranker), made of its tokens in this way (default: the model file's, if it is an embedding model)");
        var matryoshka = Setting.OptionalChoice("--matryoshka", ["on", "off"], "Whether requests may ask for shorter embeddings (default: if the model is known to be trained for it)");
        var kvType = Setting.Choice("--kv-type", "f16", ["f16", "q8"], "How keys and values are kept; q8 takes little more than half the memory, and some accuracy");
        var logLevel = Setting.Choice("--log-level", "info", ["trace", "debug", "info", "warning", "error", "none"], "How much to log");
        var drain = Setting.Number("--drain-seconds", 10.0, 0, 3600, "How long running answers may go on after Ctrl-C or SIGTERM");
        var temperature = Setting.OptionalNumber("--temperature", 0f, 2f, "Temperature of requests that set none (default: the model file's, or 0.8)");
        var topK = Setting.OptionalNumber("--top-k", 0, 1_000_000, "Likewise top_k (default 40; 0 is off)");
        var topP = Setting.OptionalNumber("--top-p", 0f, 1f, "Likewise top_p (default 0.95; 1 is off)");
        var minP = Setting.OptionalNumber("--min-p", 0f, 1f, "Likewise min_p (default 0.05; 0 is off)");
        var repeatPenalty = Setting.OptionalNumber("--repeat-penalty", 0.01f, 10f, "Likewise repeat_penalty (default 1, off)");

        var command = new Command("serve", Description)
        {
            model, port, host, context, threads, parallel, batch, queue, alias, engine, library, gpuLayers, memory, kvCache, kvCacheDirectory, kvCacheDisk,
            kvType, pooling, matryoshka, logLevel,
            drain, temperature, topK, topP, minP, repeatPenalty,
        };
        command.SetAction(async (parsed, _) =>
        {
            var settings = Read(parsed);
            var problems = settings.FindContradictions().ToList();
            return problems.Count > 0 ? Failure.Usage(problems) : await Serving.RunAsync(settings);
        });
        return command;

        ServeSettings Read(ParseResult parsed) => new()
        {
            Model = parsed.GetValue(model),
            Host = parsed.GetValue(host) ?? "0.0.0.0",
            Port = parsed.GetValue(port),
            ContextLength = parsed.GetValue(context),
            Threads = parsed.GetValue(threads) ?? Math.Min(4, Environment.ProcessorCount),
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
            KvCacheDisk = parsed.GetValue(kvCacheDisk),
            Pooling = parsed.GetValue(pooling) is { } way ? Enum.Parse<Pooling>(way, ignoreCase: true) : null,
            Matryoshka = parsed.GetValue(matryoshka) is { } word ? word == "on" : null,
            KvType = Enum.Parse<KvType>(parsed.GetValue(kvType)!, ignoreCase: true),
            LogLevel = parsed.GetValue(logLevel) == "info" ? LogLevel.Information : Enum.Parse<LogLevel>(parsed.GetValue(logLevel)!, ignoreCase: true),
            DrainTimeout = TimeSpan.FromSeconds(parsed.GetValue(drain)),
            Sampling = new SamplingOverrides
            {
                Temperature = parsed.GetValue(temperature),
                TopK = parsed.GetValue(topK),
                TopP = parsed.GetValue(topP),
                MinP = parsed.GetValue(minP),
                RepeatPenalty = parsed.GetValue(repeatPenalty),
            },
        };
    }
}
