using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Vibee.Gguf;
using Vibee.Trinity.Kernels;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Threads;

namespace Vibee.Benchmarks;

/// <summary>
/// How fast Trinity multiplies weights of each type, in billions of multiplications per second of one thread's processor
/// time: <c>kernels [TYPE]... [rows=N] [columns=N]</c>. With 2048 rows the weights stay in a cache, with many more they
/// come from memory, as in a decoding step; the first line is what reading alone reaches with as many bytes.
/// </summary>
internal static unsafe class KernelSpeed
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID
    private const int Rounds = 7;

    private static readonly int[] Counts = [1, 2, 4, 16, 64];

    private static readonly GgmlType[] Types =
    [
        GgmlType.F32, GgmlType.F16, GgmlType.BF16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.IQ4_NL, GgmlType.Q2_K, GgmlType.Q3_K,
        GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.Q6_K, GgmlType.IQ4_XS, GgmlType.TQ2_0,
    ];

    public static int Run(string[] arguments)
    {
        var rows = Number(arguments, "rows=", 2048);
        var columns = Number(arguments, "columns=", 2048);
        GgmlType[] asked = [.. arguments.Where(argument => !argument.Contains('=')).Select(Enum.Parse<GgmlType>)];
        Console.WriteLine($"{rows} x {columns}, columns of activations: {string.Join(", ", Counts)}");
        Read(2L * rows * columns);
        foreach (var type in asked is [] ? Types : asked)
            Measure(type, rows, columns);
        return 0;
    }

    private static int Number(string[] arguments, string name, int standard) =>
        Array.Find(arguments, argument => argument.StartsWith(name, StringComparison.Ordinal)) is { } found
            ? int.Parse(found[name.Length..], CultureInfo.InvariantCulture)
            : standard;

    private static void Read(long bytes)
    {
        var memory = Weights(GgmlType.BF16, bytes);
        var seconds = Median(() => _ = new ReadOnlySpan<long>(memory, (int)(bytes / sizeof(long))).IndexOf(-1L));
        NativeMemory.AlignedFree(memory);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reading {bytes / seconds / 1e9:F1} GB/s"));
    }

    private static void Measure(GgmlType type, int rows, int columns)
    {
        var format = WeightFormat.Find(type)!;
        var data = Weights(type, (long)rows * columns / type.BlockSize() * type.TypeSize());
        var matrix = new WeightMatrix(format, data, rows, columns);
        using var arena = new Arena(new MemoryBudget(), "Benchmark", matrix.PackedBytes + (16 << 20) + 80L * sizeof(float) * (rows + 4 * columns), isStreamed: true);
        using var team = new WorkerTeam(1);
        var bench = new Workbench(team.Workers[0], arena, columns, 0);
        if (matrix.PackedBytes > 0)
        {
            var panels = arena.Take<byte>(matrix.PackedBytes);
            matrix.Pack(bench.Row, (0, rows), panels);
            matrix.Use(panels);
        }

        var x = Activations(arena, columns, format);
        var y = new Matrix(arena, Counts.Max(), rows);
        var line = $"{type,-8}";
        foreach (var count in Counts)
        {
            var seconds = Median(() => matrix.Multiply(bench, (0, rows), x, null, count, y.Column(0), y.Stride));
            line += string.Create(CultureInfo.InvariantCulture, $"{(double)rows * columns * count / seconds / 1e9,8:F1}");
        }

        NativeMemory.AlignedFree(data);
        Console.WriteLine(line);
    }

    private static Activations Activations(Arena arena, int columns, WeightFormat format)
    {
        var random = new Random(2);
        var x = new Activations(arena, Counts.Max(), columns, format.Form);
        for (var j = 0; j < Counts.Max(); j++)
        {
            for (var i = 0; i < columns; i++)
                x.Column(j)[i] = random.NextSingle() - 0.5f;
            x.Quantize(j, format.Form);
        }

        return x;
    }

    /// <summary>Any bytes where blocks have scales; floats as models have them, of which few are subnormal.</summary>
    private static byte* Weights(GgmlType type, long bytes)
    {
        var random = new Random(1);
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 1 << 21);
        var sample = new byte[1 << 16];
        random.NextBytes(sample);
        for (var i = 0; i < sample.Length / sizeof(float); i++)
        {
            var weight = (random.NextSingle() - 0.5f) * 0.1f;
            if (type == GgmlType.F32)
                MemoryMarshal.Write(sample.AsSpan(4 * i), weight);
            if (type is not (GgmlType.F16 or GgmlType.BF16))
                continue;
            var bits = type == GgmlType.F16 ? BitConverter.HalfToUInt16Bits((Half)weight) : BitConverter.SingleToUInt32Bits(weight) >> 16;
            MemoryMarshal.Write(sample.AsSpan(4 * i), bits | bits << 16);
        }

        for (var at = 0L; at < bytes; at += sample.Length)
            sample.AsSpan(0, (int)Math.Min(sample.Length, bytes - at)).CopyTo(new Span<byte>(memory + at, sample.Length));
        return memory;
    }

    /// <summary>Seconds of the thread's processor time for one run.</summary>
    private static double Median(Action work)
    {
        work();
        var start = Now();
        work();
        var repeats = (int)Math.Clamp(0.05 / (Now() - start), 1, 10_000);
        var times = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            start = Now();
            for (var i = 0; i < repeats; i++)
                work();
            times[round] = (Now() - start) / repeats;
        }

        return times.Order().ElementAt(Rounds / 2);
    }

    private static double Now() => OperatingSystem.IsLinux() && GetTime(ThreadProcessorTime, out var time) == 0
        ? time.Seconds + time.Nanoseconds * 1e-9
        : Stopwatch.GetElapsedTime(0).TotalSeconds;

#pragma warning disable SYSLIB1054 // a generated stub brings nothing for two numbers
    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Time time);
#pragma warning restore SYSLIB1054

    private readonly struct Time
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
