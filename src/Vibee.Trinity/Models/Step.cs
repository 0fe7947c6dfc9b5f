using Vibee.Engine;

namespace Vibee.Trinity.Models;

/// <summary>One forward call, planned before the workers start: read by all of them, written by none.</summary>
internal sealed class Step
{
    private readonly int _longestTile;
    private readonly int[] _tileStarts;
    private readonly int[] _outputs;
    private readonly int[] _rows;

    /// <param name="tokens">The most of a call.</param>
    /// <param name="longestTile">The most tokens that walk through the KV cache together, sharing what is read.</param>
    public Step(int tokens, int longestTile)
    {
        _longestTile = longestTile;
        _tileStarts = new int[tokens + 1];
        _outputs = new int[tokens];
        _rows = new int[tokens];
    }

    /// <summary>The tokens; set by <see cref="Plan"/>.</summary>
    public Batch Batch { get; private set; } = new(0);

    public int Count => Batch.Count;

    /// <summary>Runs of neighbouring tokens of one slot.</summary>
    public int Tiles { get; private set; }

    /// <summary>The tokens whose logits are wanted.</summary>
    public ReadOnlySpan<int> Outputs => _outputs.AsSpan(0, OutputCount);

    public int OutputCount { get; private set; }

    public (int Start, int End) Tile(int index) => (_tileStarts[index], _tileStarts[index + 1]);

    /// <summary>Which of <see cref="Outputs"/> a token is; −1 for none.</summary>
    public int OutputRow(int token) => token < Count ? _rows[token] : -1;

    public void Plan(Batch batch)
    {
        Batch = batch;
        OutputCount = 0;
        Tiles = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            if (i == 0 || batch.Slots[i] != batch.Slots[i - 1] || i - _tileStarts[Tiles - 1] == _longestTile)
                _tileStarts[Tiles++] = i;
            _rows[i] = -1;
            if (batch.WantsLogits[i])
            {
                _rows[i] = OutputCount;
                _outputs[OutputCount++] = i;
            }
        }

        _tileStarts[Tiles] = batch.Count;
    }
}
