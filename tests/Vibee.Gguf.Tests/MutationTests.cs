using System.Diagnostics;

namespace Vibee.Gguf.Tests;

/// <summary>Seeded damage to the header of real models: whatever comes, a refusal or a file whose every value can be read.</summary>
public sealed class MutationTests : IDisposable
{
    private const int Mutations = 3000;

    private static readonly ulong[] s_lengths =
        [0, 1, 31, 32, 255, 1 << 16, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, long.MaxValue, 1UL << 63, ulong.MaxValue - 7, ulong.MaxValue];

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1, "stories260K.gguf")]
    [InlineData(2, "igla-tiny.gguf")]
    public void OpenAndCheck_DamagedHeader_OnlyRefuses(int seed, string model)
    {
        var path = Path.Combine(TestFiles.Root, "models", model);
        var original = File.ReadAllBytes(path);
        var header = RefusalTests.HeaderLength(path);
        var random = new Random(seed);
        var (refused, accepted) = (0, 0);
        var target = _files.Write(original);
        for (var i = 0; i < Mutations; i++)
        {
            Overwrite(target, Damage(original.AsSpan(0, header), random), original, whole: random.Next(20) > 0);
            var (before, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            if (Survives(target))
                accepted++;
            else
                refused++;
            // Reading everything decodes each byte of the header a few times over, and no more.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40L * header + 1_000_000);
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10);
        }
        Assert.True(refused > 0 && accepted > 0);
    }

    [Fact]
    public void OpenAndCheck_DamagedPartOfASplitFile_OnlyRefuses()
    {
        var paths = new List<string>();
        for (var part = 0; part < 2; part++)
        {
            var writer = new GgufWriter();
            writer.Add("split.no", (ushort)part);
            writer.Add("split.count", (ushort)2);
            writer.Add("split.tensors.count", 4);
            for (var i = 0; i < 2; i++)
                writer.AddTensor($"t{part}{i}", GgmlType.I8, [64], new byte[64]);
            paths.Add(_files.Write(writer, $"m-{part + 1:D5}-of-00002.gguf"));
        }

        var random = new Random(3);
        var originals = paths.ConvertAll(File.ReadAllBytes);
        var (refused, accepted) = (0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            var part = random.Next(2);
            File.WriteAllBytes(paths[part], Damage(originals[part], random));
            if (Opens(paths[0]))
                accepted++;
            else
                refused++;
            File.WriteAllBytes(paths[part], originals[part]);
        }

        Assert.True(refused > 0 && accepted > 0);
    }

    private static bool Opens(string path)
    {
        try
        {
            using var file = GgufFile.Open(path);
            ReadEverything(file);
            return true;
        }
        catch (GgufException)
        {
            return false;
        }
    }

    /// <summary>Only the header is written anew, a hundredth of the file; a truncated file ends inside it.</summary>
    private static void Overwrite(string path, byte[] header, byte[] original, bool whole)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        if (!whole)
        {
            RandomAccess.SetLength(file, header.Length / 2);
            header = header[..(header.Length / 2)];
        }
        else if (RandomAccess.GetLength(file) != original.Length)
        {
            RandomAccess.Write(file, original, 0);
        }
        RandomAccess.Write(file, header, 0);
    }

    private static byte[] Damage(ReadOnlySpan<byte> header, Random random)
    {
        var bytes = header.ToArray();
        for (var hits = random.Next(1, 4); hits > 0; hits--)
        {
            var at = random.Next(bytes.Length - sizeof(ulong));
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    BitConverter.TryWriteBytes(bytes.AsSpan(at), s_lengths[random.Next(s_lengths.Length)]);
                    break;
                case 3:
                    // The counts of the header, and what lies close behind them.
                    BitConverter.TryWriteBytes(bytes.AsSpan(random.Next(4, 64)), s_lengths[random.Next(s_lengths.Length)]);
                    break;
                default:
                    var length = random.Next(1, 64);
                    bytes.AsSpan(random.Next(bytes.Length - length), length).CopyTo(bytes.AsSpan(random.Next(bytes.Length - length)));
                    break;
            }
        }
        return bytes;
    }

    /// <returns>False if the file was refused. Any exception but a refusal fails the test.</returns>
    private static bool Survives(string path)
    {
        try
        {
            using var file = GgufFile.Open(path);
            ReadEverything(file);
            var problem = ModelCheck.FindProblem(file);
            Assert.DoesNotContain('\n', problem ?? "");
            return problem is null;
        }
        catch (GgufException)
        {
            return false;
        }
    }

    private static void ReadEverything(GgufFile file)
    {
        long sum = 0;
        foreach (var key in file.Metadata.Keys)
        {
            sum += file.Metadata.GetString(key)?.Length ?? file.Metadata.GetInteger(key) ?? (file.Metadata.GetNumber(key) > 0 ? 1 : 0);
            if (file.Metadata.GetStrings(key) is { } strings)
            {
                for (var i = 0; i < strings.Count; i++)
                    sum += strings.GetBytes(i).Length;
            }
            else if (file.Metadata.GetNumbers(key) is { } numbers)
            {
                for (var i = 0; i < numbers.Count; i++)
                    sum += numbers[i] > 0 ? 1 : 0;
            }
        }
        foreach (var tensor in file.Tensors)
            sum += tensor.Bytes[0] + tensor.Bytes[^1];
        Assert.NotEqual(long.MinValue, sum);
    }
}
