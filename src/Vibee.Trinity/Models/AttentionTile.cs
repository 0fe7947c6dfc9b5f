using Vibee.Trinity.Kernels;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Models;

/// <summary>
/// The unit of work of attention: neighbouring tokens of a slot times the query heads that share a KV head. Its keys and
/// values are widened to floats once for all of them. A query walks the same blocks in the same order whichever tile it
/// is in.
/// </summary>
/// <remarks>Queries are numbered [token][head of the group]. A softmax that goes along block by block would need no buffer as
/// long as the context, but has no final weights to round to 16 bits, as the reference does.</remarks>
internal readonly unsafe ref struct AttentionTile
{
    // Rows of scores that lie a power of two apart would share few places in a cache: one line more keeps them apart.
    private const int Padding = 16;

    private const long EnoughScores = 1 << 20;

    private readonly Attention _attention;
    private readonly KvCache _cache;
    private readonly Scratch _scratch;
    private readonly ReadOnlySpan<int> _positions;
    private readonly int _slot;
    private readonly int _layer;
    private readonly int _kvHead;
    private readonly int _headLength;
    private readonly int _group;
    private readonly int _start;
    private readonly int _count;
    private readonly int _first;
    private readonly int _last;
    private readonly long _rowLength;
    // A block's keys or values.
    private readonly float* _cells;
    // [query][position, from the first block on]
    private readonly float* _scores;

    public AttentionTile(Attention attention, KvCache cache, Scratch scratch, Shape shape, Step step, int tile, int layer, int kvHead, float* buffer)
    {
        _attention = attention;
        _cache = cache;
        _scratch = scratch;
        (_start, var end) = step.Tile(tile);
        _positions = step.Batch.Positions[_start..end];
        _slot = step.Batch.Slots[_start];
        _layer = layer;
        _kvHead = kvHead;
        _headLength = shape.HeadLength;
        _group = shape.Heads / shape.KvHeads;
        _count = _positions.Length * _group;
        _first = attention.Earliest(_positions[0]) / KvCache.BlockLength * KvCache.BlockLength;
        _last = _positions[^1];
        _rowLength = RowLength(_last + 1 - _first);
        _cells = buffer;
        _scores = buffer + KvCache.BlockLength * _headLength;
    }

    /// <summary>Floats that a tile needs to work in.</summary>
    public static long BufferLength(Shape shape, KvCache cache) =>
        KvCache.BlockLength * shape.HeadLength + Tokens(shape, cache) * TokenScores(shape, cache);

    /// <summary>The most tokens of a tile. More of them share what is read, but each worker keeps the scores of a whole context
    /// for all; it does not change a result.</summary>
    public static int Tokens(Shape shape, KvCache cache) => (int)Math.Clamp(EnoughScores / TokenScores(shape, cache), 8, 16);

    private static long TokenScores(Shape shape, KvCache cache) => shape.Heads / shape.KvHeads * RowLength(cache.ContextLength);

    /// <summary>Leaves the means of the values in Attended.</summary>
    public void Run()
    {
        Score();
        for (var query = 0; query < _count; query++)
        {
            Softmax(query);
            new Span<float>(Attended(query), _headLength).Clear();
        }

        Read();
    }

    private void Score()
    {
        for (var position = _first; position <= _last; position += KvCache.BlockLength)
        {
            _cache.LoadKeys(_cache.Block(_slot, position), _layer, _kvHead, _cells);
            if (position + KvCache.BlockLength <= _last)
                _cache.PrefetchKeys(_cache.Block(_slot, position + KvCache.BlockLength), _layer, _kvHead);
            var query = 0;
            for (; query < _count - 1; query += 3)
            {
                // Of the last three, two may be the same.
                var third = Math.Min(query + 2, _count - 1);
                var queries = new HeadProduct.Three(Query(query), Query(query + 1), Query(third));
                var scores = new HeadProduct.Three(Scores(query, position), Scores(query + 1, position), Scores(third, position));
                HeadProduct.ScoreThree(_cells, queries, _headLength, _attention.Scale, scores);
            }

            if (query < _count)
                HeadProduct.Score(_cells, Query(query), _headLength, _attention.Scale, Scores(query, position));
        }
    }

    private void Softmax(int query)
    {
        var last = _positions[query / _group];
        var first = _attention.Earliest(last);
        var scores = Scores(query, first);
        var count = last + 1 - first;
        var sum = Vectors.Exponentials(scores, Vectors.Largest(scores, count), count);
        Halves.RoundShares(1 / sum, scores, count);
    }

    private void Read()
    {
        for (var position = _first; position <= _last; position += KvCache.BlockLength)
        {
            _cache.LoadValues(_cache.Block(_slot, position), _layer, _kvHead, Math.Min(KvCache.BlockLength, _last + 1 - position), _cells);
            if (position + KvCache.BlockLength <= _last)
                _cache.PrefetchValues(_cache.Block(_slot, position + KvCache.BlockLength), _layer, _kvHead);
            for (var query = 0; query < _count; query += 3)
                Read(position, query, Math.Min(query + 3, _count));
        }
    }

    private void Read(int position, int query, int end)
    {
        var (from, to) = Seen(query, position);
        // The last query sees no less at the end of a block, and no more at its start.
        if (end - query > 1 && Seen(end - 1, position) == (from, to))
        {
            var weights = new HeadProduct.Three(Scores(query, position), Scores(query + 1, position), Scores(end - 1, position));
            HeadProduct.ReadThree(_cells, from, to, weights, _headLength, new(Attended(query), Attended(query + 1), Attended(end - 1)));
            return;
        }

        for (; query < end; query++)
        {
            (from, to) = Seen(query, position);
            HeadProduct.Read(_cells, from, to, Scores(query, position), _headLength, Attended(query));
        }
    }

    /// <summary>What a query sees of the block that begins at a position: from, to (exclusive); nothing where that is not
    /// more.</summary>
    private (int From, int To) Seen(int query, int block)
    {
        var last = _positions[query / _group];
        return (Math.Max(0, _attention.Earliest(last) - block), Math.Min(KvCache.BlockLength, last + 1 - block));
    }

    private float* Scores(int query, int position) => _scores + query * _rowLength + (position - _first);

    private float* Query(int query) => Head(_scratch.Query, query);

    private float* Attended(int query) => Head(_scratch.Attended, query);

    private float* Head(Matrix matrix, int query) =>
        matrix.Column(_start + query / _group) + (_kvHead * _group + query % _group) * _headLength;

    /// <summary>Scores are written in whole blocks.</summary>
    private static long RowLength(int positions) =>
        (positions + KvCache.BlockLength - 1L) / KvCache.BlockLength * KvCache.BlockLength + Padding;
}
