using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Gguf;

namespace Vibee.LlamaCpp;

/// <summary>Loads models into llama.cpp.</summary>
public static unsafe partial class LlamaLoader
{
    // llama.cpp's log and its assertions belong to the process, so only one load at a time can own them.
    private static readonly Lock Gate = new();

    /// <summary>Whether llama.cpp is in <paramref name="directory"/>, or where the build puts it.</summary>
    public static bool IsPresent(string? directory) => LlamaLibrary.IsPresent(directory);

    /// <summary>Whether the llama.cpp that is there was built for a GPU; whether there is one, only loading tells.</summary>
    public static bool IsForGpu(string? directory) => IsPresent(directory) && GpuBackend.Libraries(LlamaLibrary.DirectoryOf(directory)).Count > 0;

    /// <summary>Loads a model and evaluates a first token, so that its weights are in memory.</summary>
    /// <param name="options">What to load and how.</param>
    /// <param name="logger">Receives what llama.cpp logs, as long as no other model is loaded.</param>
    /// <param name="progress">From 0 to 1, reported on the calling thread.</param>
    /// <param name="cancellation">Ends the loading.</param>
    /// <exception cref="GgufException">The file is no GGUF model.</exception>
    /// <exception cref="RunnerException">llama.cpp is missing or unfit, or cannot run this model.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    /// <remarks>A file that passes every check and still trips an assertion in native code ends the process with one
    /// line on standard error and exit code 1: there is no way back from it.</remarks>
    public static LlamaRunner Load(
        LlamaOptions options, ILogger logger, IProgress<float>? progress = null, CancellationToken cancellation = default)
    {
        ModelInfo info;
        using (var file = Inspect(options.ModelPath))
            info = GgufModelInfo.Read(file);
        return Load(options, logger, progress, cancellation, (model, tokenizer) =>
        {
            if (NativeMethods.llama_model_has_encoder(model.Pointer) || !NativeMethods.llama_model_has_decoder(model.Pointer))
                throw new RunnerException($"{options.ModelPath}: a model of the architecture {info.Architecture} does not generate text from a prompt alone");
            return LlamaContext.Create(options, model, tokenizer, info.With(tokenizer));
        }, runner => runner.WarmUp());
    }

    /// <summary>Loads a model that makes vectors or scores, and evaluates a first text.</summary>
    /// <inheritdoc cref="Load(LlamaOptions, ILogger, IProgress{float}, CancellationToken)"/>
    public static LlamaEmbeddingRunner LoadEmbedder(
        LlamaOptions options, ILogger logger, IProgress<float>? progress = null, CancellationToken cancellation = default)
    {
        ModelInfo info;
        Pooling pooling;
        using (var file = Inspect(options.ModelPath))
        {
            info = GgufModelInfo.Read(file);
            pooling = options.Pooling ?? info.Pooling
                ?? throw new RunnerException($"{options.ModelPath} does not say how its tokens are pooled: --pooling mean, cls, last or rank");
            if (pooling == Pooling.Rank)
                CheckClassifier(file, info);
        }

        return Load(options, logger, progress, cancellation, (model, tokenizer) =>
        {
            if (NativeMethods.llama_model_has_encoder(model.Pointer) && NativeMethods.llama_model_has_decoder(model.Pointer))
                throw new RunnerException($"{options.ModelPath}: a model of the architecture {info.Architecture} makes no embeddings");
            return EmbeddingContext.Create(options, model, tokenizer, info.With(tokenizer), pooling);
        }, runner => runner.WarmUp());
    }

    /// <summary>Loads the vocabulary alone, which a file may have without weights.</summary>
    internal static LlamaTokenizer LoadTokenizer(string path, ILogger logger)
    {
        using (var file = GgufFile.Open(path))
        {
            if (ModelCheck.FindProblem(file, vocabularyOnly: true) is { } problem)
                throw new RunnerException(problem);
        }

        lock (Gate)
        {
            NativeLog.BeginLoading(logger);
            try
            {
                LlamaLibrary.Load(null);
                NativeAbort.BeginLoading(path);
                var parameters = NativeMethods.llama_model_default_params();
                parameters.vocab_only = 1;
                return new LlamaTokenizer(LoadModel(path, parameters, null, CancellationToken.None));
            }
            finally
            {
                NativeAbort.EndLoading();
                NativeLog.EndLoading();
            }
        }
    }

    // What llama.cpp does not survive is refused before it sees the file.
    private static GgufFile Inspect(string path)
    {
        var file = GgufFile.Open(path);
        if ((ModelCheck.FindProblem(file) ?? FindForeign(file)) is not { } problem)
            return file;
        file.Dispose();
        throw new RunnerException(problem);
    }

    private static string? FindForeign(GgufFile file) => file.Tensors.FirstOrDefault(tensor => tensor.Type == GgmlType.I2_S) is { } foreign
        ? $"{file.Path}: the tensor {foreign.Name} is of bitnet.cpp's type I2_S, which llama.cpp does not have; Trinity runs it (--engine trinity)"
        : null;

    // Native code takes one number for each label from whatever the classifier, or the layer before it, made.
    private static void CheckClassifier(GgufFile file, ModelInfo info)
    {
        var scores = file.Metadata.GetStrings($"{info.Architecture}.classifier.output_labels")?.Count ?? 1;
        if ((file.FindTensor("cls.output.weight") ?? file.FindTensor("cls.weight")) is not { } classifier)
            throw new RunnerException($"{file.Path} has no classifier (cls.output.weight), so it ranks nothing: --pooling mean, cls or last makes embeddings of it");
        var rows = classifier.Dimensions.Count > 1 ? classifier.Dimensions[1] : 1;
        if (rows != scores)
            throw new RunnerException($"{file.Path}: the classifier {classifier.Name} makes {rows} numbers, not a score for each of {scores} labels");
    }

    private static TRunner Load<TRunner>(
        LlamaOptions options, ILogger logger, IProgress<float>? progress, CancellationToken cancellation,
        Func<ModelHandle, LlamaTokenizer, TRunner> create, Action<TRunner> warmUp)
        where TRunner : IDisposable
    {
        lock (Gate)
        {
            NativeLog.BeginLoading(logger);
            try
            {
                LlamaLibrary.Load(options.LibraryDirectory);
                NativeAbort.BeginLoading(options.ModelPath);
                if (options.GpuLayers > 0 && GpuBackend.WhyAbsent(LlamaLibrary.DirectoryOf(options.LibraryDirectory)) is { } reason)
                    LogNoGpu(logger, options.GpuLayers.Value, reason);
                var runner = CreateRunner(options, progress, cancellation, create);
                try
                {
                    warmUp(runner);
                    return runner;
                }
                catch
                {
                    runner.Dispose();
                    throw;
                }
            }
            finally
            {
                NativeAbort.EndLoading();
                NativeLog.EndLoading();
            }
        }
    }

    private static TRunner CreateRunner<TRunner>(
        LlamaOptions options, IProgress<float>? progress, CancellationToken cancellation, Func<ModelHandle, LlamaTokenizer, TRunner> create)
    {
        var parameters = NativeMethods.llama_model_default_params();
        parameters.n_gpu_layers = options.GpuLayers ?? -1;
        var model = LoadModel(options.ModelPath, parameters, progress, cancellation);
        try
        {
            if (NativeMethods.llama_vocab_type(NativeMethods.llama_model_get_vocab(model.Pointer)) == NativeMethods.VocabTypeNone)
                throw new RunnerException($"{options.ModelPath}: the model has no vocabulary");
            return create(model, new LlamaTokenizer(model));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static ModelHandle LoadModel(string path, ModelParams parameters, IProgress<float>? progress, CancellationToken cancellation)
    {
        var report = new LoadProgress(progress, cancellation);
        var handle = GCHandle.Alloc(report);
        try
        {
            parameters.progress_callback = &LoadProgress.OnProgress;
            parameters.progress_callback_user_data = (void*)GCHandle.ToIntPtr(handle);
            var model = NativeMethods.llama_model_load_from_file(path, parameters);
            if (model != 0)
                return new ModelHandle(model);
        }
        finally
        {
            handle.Free();
        }

        cancellation.ThrowIfCancellationRequested();
        throw report.Failure is { } failure
            ? new RunnerException($"{path}: loading was ended by whoever watched its progress", failure)
            : new RunnerException($"{path}: llama.cpp cannot load this model: {NativeLog.Reason}");
    }

    [LoggerMessage(LogLevel.Warning, "--gpu-layers {Layers} has no effect and the model runs on the CPU: {Reason}.")]
    private static partial void LogNoGpu(ILogger logger, int layers, string reason);
}
