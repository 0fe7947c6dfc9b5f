using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong OfPiece(byte* bytes, long length)
    {
        // As XXH3 does it (Collet, xxHash): the halves of each lane, made different for each place, are multiplied with each
        // other, so that every bit counts in many, and the lane is added for where a half is 0. Two sums go on at once.
        var step = Vector256.Create(0x9E3779B97F4A7C15);
        var (first, second) = (Vector256<ulong>.Zero, Vector256<ulong>.Zero);
        var place = Vector256.Create(0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89);
        for (var i = 0L; i < length; i += 2 * Vector256<byte>.Count)
        {
            first += Mixed(Vector256.Load((ulong*)(bytes + i)), place);
            second += Mixed(Vector256.Load((ulong*)(bytes + i + Vector256<byte>.Count)), ~place);
            place += step;
        }

        var sum = (ulong)length;
        for (var lane = 0; lane < Vector256<ulong>.Count; lane++)
            sum = Follow(Follow(sum, first[lane]), second[lane]);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Mixed(Vector256<ulong> lanes, Vector256<ulong> place)
    {
        var mixed = lanes ^ place;
        var high = mixed >>> 32;
        return lanes + (Avx2.IsSupported
            ? Avx2.Multiply(mixed.AsUInt32(), high.AsUInt32())
            : (mixed & Vector256.Create((ulong)uint.MaxValue)) * high);
    }

    /// <summary>Of all pieces, in order.</summary>
    public static ulong Together(IEnumerable<ulong> pieces) => pieces.Aggregate(0ul, Follow);

    private static ulong Follow(ulong sum, ulong next) => BitOperations.RotateLeft(sum ^ next, 27) * 0x9E3779B185EBCA87 + 0x85EBCA77C2B2AE63;
}
