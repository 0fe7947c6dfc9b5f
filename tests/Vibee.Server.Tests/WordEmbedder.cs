using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Engine.Runners;

namespace Vibee.Server.Tests;

/// <summary>
/// An embedding model without a model. A vector counts the bytes of a text, in <see cref="Length"/> sorts; a score is the
/// number of tokens of the document that are in the query. As strict about its batches as a real runner.
/// </summary>
internal sealed class WordEmbedder : IEmbeddingRunner
{
    public const int Length = 16;

    private static readonly WordTokenizer Words = new(["Hello", " world"], ["<|sep|>"]);

    private readonly List<float[]> _vectors = [];
    private readonly SemaphoreSlim _permits = new(0);
    private volatile bool _isClosed;
    private volatile bool _isWaiting;

    public ModelInfo Model { get; init; } =
        new() { Architecture = "words", TrainedContextLength = 64, EmbeddingLength = Length };

    public ITokenizer Tokenizer => Words;

    public Pooling Pooling { get; init; } = Pooling.Mean;

    public int VectorLength => Pooling == Pooling.Rank ? 1 : Length;

    public EmbeddingCapacity Capacity { get; init; } = new(Inputs: 8, BatchTokens: 32, ContextLength: 64);

    /// <summary>What the vectors are made of instead, to break them.</summary>
    public Func<float>? Number { get; init; }

    /// <summary>Called with each batch, and may throw.</summary>
    public Action<Batch>? OnEmbed { get; init; }

    public bool IsDisposed { get; private set; }

    /// <summary>Whether a batch stands before the closed gate.</summary>
    public bool IsWaiting => _isWaiting;

    /// <summary>From now on every batch waits for a permit.</summary>
    public void Close() => _isClosed = true;

    public void Open()
    {
        _isClosed = false;
        _permits.Release();
    }

    public int[] EncodePair(string query, string document) =>
        [.. Words.Encode(query, false, false), Words.EndToken!.Value, .. Words.Encode(document, false, false)];

    public void Embed(Batch batch)
    {
        if (_isClosed)
        {
            _isWaiting = true;
            _permits.Wait();
            _isWaiting = false;
        }

        OnEmbed?.Invoke(batch);
        Check(batch);
        _vectors.Clear();
        for (var start = 0; start < batch.Count;)
        {
            var end = start + 1;
            while (end < batch.Count && batch.Slots[end] == batch.Slots[start])
                end++;
            _vectors.Add(Pooling == Pooling.Rank ? [Score(batch.Tokens[start..end])] : Vector(batch.Tokens[start..end]));
            start = end;
        }
    }

    public ReadOnlySpan<float> Vector(int input) => _vectors[input];

    public void Dispose() => IsDisposed = true;

    private void Check(Batch batch)
    {
        Assert.InRange(batch.Count, 1, Capacity.ContextLength);
        var inputs = batch.Slots[^1] + 1;
        Assert.InRange(inputs, 1, Capacity.Inputs);
        Assert.True(inputs == 1 || batch.Count <= Capacity.BatchTokens);
        for (var i = 0; i < batch.Count; i++)
        {
            var isNew = i == 0 || batch.Slots[i] != batch.Slots[i - 1];
            Assert.Equal(i == 0 ? 0 : batch.Slots[i - 1] + (isNew ? 1 : 0), batch.Slots[i]);
            Assert.Equal(isNew ? 0 : batch.Positions[i - 1] + 1, batch.Positions[i]);
        }
    }

    private float[] Vector(ReadOnlySpan<int> tokens)
    {
        var vector = new float[Length];
        foreach (var token in tokens)
            vector[token % Length] += Number?.Invoke() ?? 1;
        return vector;
    }

    private float Score(ReadOnlySpan<int> tokens)
    {
        var separator = tokens.IndexOf(Words.EndToken!.Value);
        var score = 0;
        foreach (var token in tokens[(separator + 1)..])
            score += tokens[..separator].Contains(token) ? 1 : -1;
        return Number?.Invoke() ?? score;
    }
}
