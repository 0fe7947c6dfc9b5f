using Vibee.Engine;
using Vibee.Server.Requests;

namespace Vibee.Server;

/// <summary>A model that is loaded, whatever it is for: text (<see cref="LoadedModel"/>) or vectors and scores
/// (<see cref="LoadedEmbedder"/>).</summary>
/// <param name="info">What it says about itself.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="contextLength">The most tokens it sees at once.</param>
internal abstract class Loaded(ModelInfo info, ITokenizer tokenizer, int contextLength)
{
    public ModelInfo Info { get; } = info;

    public ITokenizer Tokenizer { get; } = tokenizer;

    public int ContextLength { get; } = contextLength;

    /// <summary>Its engine broke; the server must be restarted.</summary>
    public abstract bool HasFailed { get; }

    /// <summary>How long its engine has had work and not got on with it.</summary>
    public abstract TimeSpan Standstill { get; }

    /// <summary>What to say to a request that wants a model of another kind.</summary>
    public abstract ApiError OtherKind { get; }

    /// <summary>Stops the engine, whose work has so long to finish.</summary>
    public abstract Task StopAsync(TimeSpan grace);

    protected string Remedy =>
        ContextLength < Info.TrainedContextLength ? "Shorten it, or start the server with a larger --ctx" : "Shorten it";
}
