using System.Diagnostics;
using System.Security.Cryptography;
using Vibee.Server.Middleware.Keys;

namespace Vibee.Benchmarks;

/// <summary>
/// Whether the time of looking for a key tells how much of it is right: <c>key-timing</c>. Two kinds of hashes are looked
/// for, in random order: those whose first byte is wrong, and those of which only the last is. Welch's t of their times
/// says whether the two can be told apart, as in dudect (Reparaz et al., DATE 2017); beyond 4.5 they can. That the method
/// would see it shows the second line, which compares as one would without care.
/// </summary>
internal static class KeyTiming
{
    private const double Limit = 4.5;
    private const int Samples = 400_000;
    private const int Repeats = 16; // comparisons of one sample: a single one is shorter than the clock's step
    private const int Keys = 8;

    public static int Run()
    {
        ApiKey[] keys = [.. Enumerable.Range(0, Keys).Select(i => new ApiKey($"{i}", RandomNumberGenerator.GetBytes(32)))];
        var careful = Measure(keys, hash => KeyRing.Find(keys, hash, null) is not null);
        var careless = Measure(keys, hash => Array.Exists(keys, key => IsEqual(key.Hash, hash)));
        Console.WriteLine($"the server's comparison   t = {careful,8:F2}   {(Math.Abs(careful) < Limit ? "the two cannot be told apart" : "THE TWO CAN BE TOLD APART")}");
        Console.WriteLine($"one that stops early      t = {careless,8:F2}   {(Math.Abs(careless) < Limit ? "NOT SEEN: measure on a quieter machine" : "the two can be told apart, as they should")}");
        return Math.Abs(careful) < Limit && Math.Abs(careless) >= Limit ? 0 : 1;
    }

    private static double Measure(ApiKey[] keys, Func<byte[], bool> find)
    {
        var random = new Random(1);
        var times = new long[Samples];
        var kinds = new byte[Samples];
        var found = 0;
        for (var sample = -Samples / 10; sample < Samples; sample++)
        {
            var late = random.Next(2);
            // The same work for both, so that caches know no more of one than of the other.
            byte[] hash = [.. keys[0].Hash];
            hash[late == 1 ? 31 : 0] ^= 1;
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Repeats; i++)
                found += find(hash) ? 1 : 0;
            var time = Stopwatch.GetTimestamp() - start;
            if (sample >= 0)
                (times[sample], kinds[sample]) = (time, (byte)late);
        }

        if (found > 0)
            throw new InvalidOperationException("A wrong key was found.");
        return Welch(times, kinds);
    }

    // Without the slowest tenth, which is when the machine did something else.
    private static double Welch(long[] times, byte[] kinds)
    {
        var longest = times.Order().ElementAt(times.Length * 9 / 10);
        var groups = new[] { 0, 1 }.Select(kind => times.Where((time, i) => kinds[i] == kind && time <= longest).Select(time => (double)time).ToArray()).ToArray();
        var means = groups.Select(group => group.Average()).ToArray();
        var variances = groups.Select((group, i) => group.Sum(time => (time - means[i]) * (time - means[i])) / (group.Length - 1) / group.Length).ToArray();
        return (means[1] - means[0]) / Math.Sqrt(variances[0] + variances[1]);
    }

    private static bool IsEqual(byte[] a, byte[] b)
    {
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i])
                return false;
        }

        return true;
    }
}
