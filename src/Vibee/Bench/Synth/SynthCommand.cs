using System.CommandLine;
using Vibee.Gguf;

namespace Vibee.Bench.Synth;

/// <summary><c>vibee bench synth</c>.</summary>
internal static class SynthCommand
{
    public static Command Create()
    {
        var output = new Argument<string>("file") { Description = "The GGUF file to write" };
        var shape = Setting.Choice("--shape", "tinyllama-1.1b", [.. SynthShape.Known.Keys], "Whose dimensions it has");
        var type = Setting.Choice("--type", "Q4_K_M", [.. SynthQuantization.Known.Keys], "How its weights are stored");
        var seed = Setting.Number("--seed", 1, 0, int.MaxValue, "The same seed gives the same file");
        var command = new Command("synth", "Writes a model of random weights with a known model's shape") { output, shape, type, seed };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(output)!;
            try
            {
                SynthModel.Write(path, SynthShape.Known[parsed.GetValue(shape)!], SynthQuantization.Known[parsed.GetValue(type)!], parsed.GetValue(seed));
                return 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Failure.Run($"{path}: {PathProblem.OfWriting(path, exception)}");
            }
        });
        return command;
    }
}
