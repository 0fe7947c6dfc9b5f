using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Server.Requests;

namespace Vibee.Server;

/// <summary>
/// The model behind the API: it has its names from the start and its engine once it is loaded, so that the server
/// can listen, and say that it is loading, before it can answer.
/// </summary>
/// <remarks>Threads: any. <see cref="Ready(InferenceEngine)"/> or its sibling is called once.</remarks>
/// <param name="ids">The names it is listed under in <c>/v1/models</c>; the first is the default.</param>
/// <param name="aliases">Names that requests may use as well.</param>
/// <param name="created">When it came to be: the file's time, which stays the same from start to start.</param>
public sealed class ServedModel(IReadOnlyList<string> ids, IReadOnlyList<string> aliases, DateTimeOffset created)
{
    private volatile Loaded? _loaded;
    private float _progress;

    public IReadOnlyList<string> Ids { get; } = ids;

    public IReadOnlyList<string> Aliases { get; } = aliases;

    public DateTimeOffset Created { get; } = created;

    /// <summary>How much is loaded, from 0 to 1; <c>/health</c> says it to those who wait.</summary>
    public float Progress
    {
        get => Volatile.Read(ref _progress);
        set => Volatile.Write(ref _progress, value);
    }

    internal Loaded? Loaded => _loaded;

    /// <summary>Opens the API for text. The server stops the engine when it stops itself.</summary>
    public void Ready(InferenceEngine engine) => _loaded = new LoadedModel(engine, Ids[0]);

    /// <summary>Opens the API for embeddings, or for ranking, and stops the engine likewise.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="isMatryoshka">Whether requests may ask for shorter vectors; null is what the model says.</param>
    public void Ready(EmbeddingEngine engine, bool? isMatryoshka = null) =>
        _loaded = new LoadedEmbedder(engine, isMatryoshka ?? engine.Runner.Model.IsMatryoshka);

    /// <summary>The id that a name stands for, or null.</summary>
    internal string? Resolve(string name) =>
        Ids.Contains(name) ? name : Aliases.Contains(name) ? Ids[0] : null;

    /// <summary>The id of the model that a request names, the default one if it names none.</summary>
    internal string Resolve(RequestFields fields)
    {
        var caller = fields.Caller;
        if (fields.String("model") is not { Length: > 0 } name)
            return caller is null ? Ids[0] : Ids.FirstOrDefault(id => caller.MayUse(id, this), Ids[0]);
        if (Resolve(name) is { } id && caller?.MayUse(id, this) != false)
            return id;
        fields.Fail(NotFound(name));
        return Ids[0];
    }

    // One answer to both, so that it does not tell what there is for others.
    internal static ApiError NotFound(string name) =>
        new(404, $"The model '{name}' does not exist, or your key does not open it. GET /v1/models lists what it opens.", "model", "model_not_found");
}
