namespace Vibee;

/// <summary>How a command ends when it cannot do what it was asked: plain lines on standard error, no stack trace.</summary>
internal static class Failure
{
    /// <summary>What was asked for cannot be done: the file, the port, the library.</summary>
    public static int Run(string message)
    {
        Console.Error.WriteLine($"vibee: {message}");
        return 1;
    }

    /// <summary>What was asked for makes no sense: every problem on its own line.</summary>
    public static int Usage(IEnumerable<string> problems)
    {
        foreach (var problem in problems.Distinct())
            Console.Error.WriteLine($"vibee: {problem}");
        return 2;
    }
}
