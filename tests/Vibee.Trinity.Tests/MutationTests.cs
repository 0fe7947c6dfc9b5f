using System.Diagnostics;
using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Tests;

/// <summary>Seeded damage to models, through all that reads them: whatever comes, a refusal that says why, or logits.</summary>
public sealed class MutationTests : IDisposable
{
    private const int Context = 64;

    private static readonly ulong[] Numbers =
        [0, 1, 2, 3, 7, 8, 16, 33, 64, 255, 256, 1 << 12, 1 << 16, 1 << 20, int.MaxValue, uint.MaxValue, long.MaxValue, ulong.MaxValue];

    private static readonly float[] Floats = [0, -1, 1e-38f, 1e38f, float.NaN, float.PositiveInfinity, -0.5f, 1e6f];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"vibee-{Guid.NewGuid():n}.gguf");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("stories260K.gguf", 500)]
    [InlineData("igla-tiny.gguf", 300)]
    public void Load_DamagedModelOfTheBox_RefusesOrRuns(string model, int count) => Run(Files.Model(model), count, seed: 1);

    [Theory]
    [InlineData("llama-moe")]
    [InlineData("qwen3moe-moe")]
    [InlineData("gemma3-dense")]
    [InlineData("phi3-dense")]
    [InlineData("gpt2-dense")]
    [InlineData("stablelm-dense")]
    public void Load_DamagedModelOfAnArchitecture_RefusesOrRuns(string model) => Run(Files.Shared($"models/arch/{model}-Q8_0.gguf"), 200, seed: 2);

    private void Run(string model, int count, int seed)
    {
        var original = File.ReadAllBytes(model);
        var (header, values) = Read(model);
        var (refused, ran) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var random = new Random(1000 * seed + i);
            var bytes = (byte[])original.Clone();
            for (var hits = random.Next(1, 3); hits > 0; hits--)
                Damage(bytes, header, values, random);
            File.WriteAllBytes(_path, bytes);
            var (before, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            try
            {
                if (Survives(random))
                    ran++;
                else
                    refused++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"Mutation {i} of {Path.GetFileName(model)}: {exception}");
            }

            // The tokenizer and its check decode the file's lists a few times over.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30L * original.Length + 20_000_000);
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 30);
        }

        Assert.True(refused > 0 && ran > 0, $"{refused} refused, {ran} ran");
    }

    /// <returns>False if it was refused. Any exception but a refusal fails the test.</returns>
    private bool Survives(Random random)
    {
        try
        {
            using var file = GgufFile.Open(_path);
            // Asked before the check of plausibility too, and of files that do not pass it.
            var can = TrinityRunner.CanRun(file, Context, out var reason);
            Assert.Equal(can, reason.Length == 0);
            Assert.All(reason, letter => Assert.False(char.IsControl(letter)));
            _ = ModelCheck.FindProblem(file);
            var memory = new MemoryBudget();
            using var runner = TrinityRunner.Load(new TrinityOptions { Path = _path, ContextLength = Context, BatchTokens = 8, Threads = 1, Memory = memory });
            Assert.True(can);
            // Beside the weights: cache and buffers of 64 positions, of a model whose every width the file has rows of.
            Assert.InRange(memory.Used, 0, 40 * file.Length + 20_000_000);
            Forward(runner, random);
            return true;
        }
        catch (Exception refusal) when (refusal is GgufException or RunnerException)
        {
            return false;
        }
    }

    private static void Forward(TrinityRunner runner, Random random)
    {
        foreach (var token in runner.Tokenizer.Encode("Once upon <s> a time 42 é\n", addSpecial: true, parseSpecial: true))
            _ = runner.Tokenizer.Bytes(token);
        var batch = new Batch(3);
        for (var i = 0; i < 3; i++)
            batch.Add(random.Next(runner.Tokenizer.VocabularySize), i, 0, wantsLogits: i == 2);
        Assert.Equal(ForwardResult.Done, runner.Forward(batch));
        Assert.Equal(runner.Tokenizer.VocabularySize, runner.Logits(2).Length);
    }

    private static void Damage(byte[] bytes, int header, List<(int Offset, int Size)> values, Random random)
    {
        var at = random.Next(4, header - sizeof(ulong));
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                BitConverter.TryWriteBytes(bytes.AsSpan(at), Numbers[random.Next(Numbers.Length)]);
                break;
            case 2:
                bytes.AsSpan(random.Next(header, bytes.Length - 64), 64).Fill((byte)random.Next(256));
                break;
            case 3:
                var length = random.Next(1, 64);
                bytes.AsSpan(random.Next(header - length), length).CopyTo(bytes.AsSpan(4 + random.Next(header - length - 4)));
                break;
            default:
                // A single value: the file stays well-formed, and what it says is strange.
                var (offset, size) = values[random.Next(values.Count)];
                if (size == sizeof(float) && random.Next(2) == 0)
                    BitConverter.TryWriteBytes(bytes.AsSpan(offset), Floats[random.Next(Floats.Length)]);
                else
                    BitConverter.GetBytes(Numbers[random.Next(Numbers.Length)]).AsSpan(0, size).CopyTo(bytes.AsSpan(offset));
                break;
        }
    }

    /// <summary>Where the weights begin, and where in the header the numbers of single keys, the types and dimensions of tensors are.</summary>
    private static (int Header, List<(int Offset, int Size)> Values) Read(string path)
    {
        using var file = GgufFile.Open(path);
        var header = (int)file.Tensors.Min(tensor => tensor.Offset);
        var bytes = File.ReadAllBytes(path).AsSpan(0, header);
        var values = new List<(int, int)>();
        foreach (var key in file.Metadata.Keys.Where(key => file.Metadata.GetArrayLength(key) is null && file.Metadata.GetNumber(key) is not null))
            values.Add((bytes.IndexOf(System.Text.Encoding.UTF8.GetBytes(key)) + key.Length + sizeof(uint), file.Metadata.GetType(key)!.Value is GgufValueType.UInt64 ? 8 : 4));
        foreach (var tensor in file.Tensors)
        {
            var rank = bytes.LastIndexOf(System.Text.Encoding.UTF8.GetBytes(tensor.Name)) + tensor.Name.Length;
            values.Add((rank + 4, 8));
            values.Add((rank + 4 + 8 * tensor.Dimensions.Count, 4));
        }

        return (header, values);
    }
}
