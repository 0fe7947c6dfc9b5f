using Vibee.Trinity.Ternary;

namespace Vibee.Trinity.Tests.Ternary;

public class TritVectorTests
{
    private static readonly int[] s_lengths = [0, 1, 4, 5, 63, 64, 65, 128, 200];

    [Fact]
    public void Operators_AllLengths_WorkTritByTrit()
    {
        foreach (var length in s_lengths)
        {
            var (a, b) = (Random(length, 1), Random(length, 2));
            var (x, y) = (new TritVector(a), new TritVector(b));

            Check(x & y, (p, q) => p & q);
            Check(x | y, (p, q) => p | q);
            Check(x ^ y, (p, q) => p ^ q);
            Check(x * y, (p, q) => p * q);
            Check(-x, (p, _) => -p);
            Check(TritVector.Consensus(x, y), Trit.Consensus);
            Check(TritVector.Accept(x, y), Trit.Accept);
            Check(TritVector.KleeneImplies(x, y), Kleene.Implies);
            Check(TritVector.LukasiewiczImplies(x, y), Lukasiewicz.Implies);
            Assert.Equal(a.Zip(b, (p, q) => p * (int)q).Sum(), TritVector.Dot(x, y));

            void Check(TritVector actual, Func<Trit, Trit, Trit> expected)
            {
                Assert.Equal(a.Zip(b, expected), actual);
                // Equality sees the unused trits of the last word too.
                Assert.Equal(new TritVector([.. actual]), actual);
            }
        }
    }

    [Fact]
    public void Operators_DifferentLengths_AreRefused()
    {
        var (x, y) = (new TritVector(Random(3, 1)), new TritVector(Random(4, 1)));
        Assert.Throws<ArgumentException>(() => x & y);
        Assert.Throws<ArgumentException>(() => TritVector.Dot(x, y));
        Assert.Throws<ArgumentOutOfRangeException>(() => x[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => x[-1]);
        Assert.Throws<ArgumentException>(() => y.CopyTo(new Trit[3]));
    }

    [Fact]
    public void Packed_AllLengths_RoundTrip()
    {
        foreach (var length in s_lengths)
        {
            var trits = Random(length, 3);
            var (unpacked, two, three) = (new Trit[length], new byte[PackedTrits.TwoBitSize(length)], new byte[PackedTrits.Base3Size(length)]);
            Assert.Equal((length + 3) / 4, two.Length);
            Assert.Equal((length + 4) / 5, three.Length);

            PackedTrits.PackTwoBits(trits, two);
            Assert.True(PackedTrits.TryUnpackTwoBits(two, unpacked));
            Assert.Equal(trits, unpacked);

            PackedTrits.PackBase3(trits, three);
            Array.Clear(unpacked);
            Assert.True(PackedTrits.TryUnpackBase3(three, unpacked));
            Assert.Equal(trits, unpacked);
        }
    }

    [Fact]
    public void Unpack_EveryByte_AcceptsExactlyWhatPackWrites()
    {
        var trits = new Trit[5];
        var again = new byte[1];
        for (var b = 0; b < 256; b++)
        {
            var isBase3 = PackedTrits.TryUnpackBase3([(byte)b], trits);
            Assert.Equal(b < 243, isBase3);
            PackedTrits.PackBase3(trits, again);
            Assert.Equal(isBase3, again[0] == b);

            var codes = new[] { b & 3, b >> 2 & 3, b >> 4 & 3, b >> 6 };
            Assert.Equal(!codes.Contains(3), PackedTrits.TryUnpackTwoBits([(byte)b], trits.AsSpan(0, 4)));
            Assert.Equal(codes[0] < 3 && codes[1..].All(code => code == 1), PackedTrits.TryUnpackTwoBits([(byte)b], trits.AsSpan(0, 1)));
        }
    }

    [Fact]
    public void Packed_TooLittleRoom_IsRefused()
    {
        var trits = new Trit[6];
        Assert.Throws<ArgumentException>(() => PackedTrits.PackTwoBits(trits, new byte[1]));
        Assert.Throws<ArgumentException>(() => PackedTrits.TryUnpackBase3(new byte[1], trits));
    }

    private static Trit[] Random(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => Trit.FromInt32(random.Next(3) - 1))];
    }
}
