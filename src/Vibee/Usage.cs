using System.CommandLine;

namespace Vibee;

/// <summary>Words for what is wrong with a command line.</summary>
internal static class Usage
{
    public static IEnumerable<string> Explain(ParseResult parsed)
    {
        // What is there in excess explains what is missing.
        var unknown = parsed.UnmatchedTokens.ToList();
        foreach (var error in parsed.Errors.Where(error => unknown.Count == 0 || !error.Message.StartsWith("Required command", StringComparison.Ordinal)))
        {
            var model = unknown.FirstOrDefault(token => error.Message.Contains($"'{token}'") && token.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase));
            yield return model is null ? error.Message : $"{error.Message} A model is given as: -m {model}";
        }
    }
}
