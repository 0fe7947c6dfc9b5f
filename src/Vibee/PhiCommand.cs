using System.CommandLine;
using System.Globalization;
using Vibee.Trinity.Sacred;

namespace Vibee;

/// <summary><c>vibee phi</c>: the sacred constants, or a number in the sacred formula.</summary>
internal static class PhiCommand
{
    public static Command Create()
    {
        var value = new Argument<string?>("value") { Description = "A number to write as n × 3^k × π^m × φ^p × e^q", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("phi", "Prints the sacred constants, or writes a number with them") { value };
        command.SetAction(parsed => parsed.GetValue(value) is { } text ? Decompose(text) : PrintConstants());
        return command;
    }

    private static int PrintConstants()
    {
        Console.WriteLine($"""
            φ          {Show(SacredConstants.Phi)}
            φ²         {Show(SacredConstants.PhiSquared)}
            1/φ²       {Show(SacredConstants.InversePhiSquared)}
            φ² + 1/φ²  {Show(SacredConstants.Trinity)}
            phoenix    {SacredConstants.Phoenix}
            """);
        return SacredConstants.Verify() ? 0 : Failure.Run("the constants do not fit together");
    }

    private static int Decompose(string text)
    {
        var found = SacredSearch.Find(text);
        if (found.Problem is { } problem)
            return Failure.Usage([problem]);
        if (found.Smallest is not { } smallest)
            return Failure.Run($"{Show(found.Value)} has no such form with n to {found.Bounds.MaxN}, exponents to ±{found.Bounds.MaxExponent} and an error to {Show(found.Bounds.Tolerance)}");

        Console.WriteLine($"{"V",-18}  {"error",-8}  formula");
        foreach (var best in found.Best)
            PrintRow(best);
        Console.WriteLine("The shortest within the tolerance:");
        PrintRow(smallest);
        return 0;
    }

    private static void PrintRow(SacredDecomposition decomposition) =>
        Console.WriteLine($"{Show(decomposition.Value),-18}  {decomposition.Error.ToString("0.0e+0", CultureInfo.InvariantCulture),-8}  {decomposition.Formula}");

    private static string Show(double value) => value.ToString("G15", CultureInfo.InvariantCulture);
}
