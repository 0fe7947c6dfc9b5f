using System.Runtime.Intrinsics;
using Vibee.Trinity.Threads;

namespace Vibee.Trinity.Models;

/// <summary>A sum over panels, made of pieces so that all threads take part and a writer may go along piece by piece.</summary>
/// <remarks>Against accidents, not against people: whoever may change the panels may also replace the model.</remarks>
internal static unsafe class PanelSum
{
    /// <summary>Bytes of every piece but the last.</summary>
    public const int Piece = 4 << 20;

    // Between two reports.
    private const int PiecesAtOnce = 32;

    /// <summary>Of panels that lie together; reads at the speed of memory.</summary>
    public static ulong Of(byte* panels, long length, WorkerTeam team, Action<float> report)
    {
        var sums = new ulong[(length + Piece - 1) / Piece];
        for (var start = 0; start < sums.Length; start += PiecesAtOnce)
        {
            var (from, count) = (start, Math.Min(PiecesAtOnce, sums.Length - start));
            team.Run(worker =>
            {
                var share = worker.Share(count);
                for (var i = from + share.Start; i < from + share.End; i++)
                    sums[i] = OfPiece(panels + (long)i * Piece, Math.Min(Piece, length - (long)i * Piece));
            });
            report((float)(start + count) / sums.Length);
        }

        return Together(sums);
    }

    /// <param name="bytes">Whole cache lines.</param>
    /// <param name="length">At most <see cref="Piece"/>.</param>
    public static ulong OfPiece(byte* bytes, long length)
    {
        // Each lane multiplies what it has and adds, so that places count.
        var (first, second) = (Vector256.Create(1u), Vector256.Create(2u));
        for (var i = 0L; i < length; i += 2 * Vector256<byte>.Count)
        {
            first = first * 0x01000193 + Vector256.Load((uint*)(bytes + i));
            second = second * 0x01000193 + Vector256.Load((uint*)(bytes + i + Vector256<byte>.Count));
        }

        var sum = 0ul;
        for (var lane = 0; lane < Vector256<uint>.Count; lane++)
            sum = Follow(Follow(sum, first[lane]), second[lane]);
        return sum;
    }

    /// <summary>Of all pieces, in order.</summary>
    public static ulong Together(IEnumerable<ulong> pieces) => pieces.Aggregate(0ul, Follow);

    private static ulong Follow(ulong sum, ulong next) => sum * 0x100000001b3 + next;
}
