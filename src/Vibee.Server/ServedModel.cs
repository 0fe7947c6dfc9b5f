using Vibee.Engine;

namespace Vibee.Server;

/// <summary>
/// The model behind the API: it has its names from the start and its engine once it is loaded, so that the server
/// can listen, and say that it is loading, before it can answer.
/// </summary>
/// <remarks>Threads: any. <see cref="Ready"/> is called once.</remarks>
/// <param name="ids">The names it is listed under in <c>/v1/models</c>; the first is the default.</param>
/// <param name="aliases">Names that requests may use as well.</param>
/// <param name="created">When it came to be: the file's time, which stays the same from start to start.</param>
public sealed class ServedModel(IReadOnlyList<string> ids, IReadOnlyList<string> aliases, DateTimeOffset created)
{
    private volatile InferenceEngine? _engine;
    private float _progress;

    public IReadOnlyList<string> Ids { get; } = ids;

    public IReadOnlyList<string> Aliases { get; } = aliases;

    public DateTimeOffset Created { get; } = created;

    /// <summary>How much is loaded, from 0 to 1.</summary>
    public float Progress
    {
        get => Volatile.Read(ref _progress);
        set => Volatile.Write(ref _progress, value);
    }

    /// <summary>The engine, or null while the model loads.</summary>
    public InferenceEngine? Engine => _engine;

    public void Ready(InferenceEngine engine) => _engine = engine;
}
