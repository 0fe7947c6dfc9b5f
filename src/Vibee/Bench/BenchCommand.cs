using System.CommandLine;
using Vibee.Bench.Accuracy;
using Vibee.Bench.Engines;
using Vibee.Bench.Load;
using Vibee.Bench.Synth;

namespace Vibee.Bench;

/// <summary><c>vibee bench</c>: measure an engine from inside and a server from outside, and make models to measure with.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measures speed, and accuracy")
    {
        AccuracyCommand.Create(),
        EngineCommand.Create(),
        LoadCommand.Create(),
        SynthCommand.Create(),
    };
}
