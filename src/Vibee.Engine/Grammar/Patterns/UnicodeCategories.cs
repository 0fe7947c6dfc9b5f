using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Vibee.Engine.Grammar.Patterns;

/// <summary>The characters of each general category of Unicode, found by asking about every character once.</summary>
internal static class UnicodeCategories
{
    private static readonly ConcurrentDictionary<string, CharSet?> Known = new();

    /// <summary>The two-letter abbreviations in the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] Names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly Dictionary<string, string> LongNames = new()
    {
        ["Letter"] = "L", ["Uppercase_Letter"] = "Lu", ["Lu"] = "Lu", ["Lowercase_Letter"] = "Ll", ["Mark"] = "M",
        ["Number"] = "N", ["Decimal_Number"] = "Nd", ["digit"] = "Nd", ["Punctuation"] = "P", ["Symbol"] = "S",
        ["Separator"] = "Z", ["Space_Separator"] = "Zs", ["Other"] = "C", ["Alphabetic"] = "L", ["Alpha"] = "L",
    };

    public static CharSet? Find(string name)
    {
        name = name[(name.IndexOf('=') + 1)..];
        name = LongNames.GetValueOrDefault(name, name);
        return name.Length is 1 or 2 && Names.Any(category => category.StartsWith(name, StringComparison.Ordinal))
            ? Known.GetOrAdd(name, Collect)
            : null;
    }

    private static CharSet Collect(string name)
    {
        var ranges = new List<(int, int)>();
        for (var index = 0; index < CharSet.Any.RangeCount; index++)
        {
            var (low, high) = CharSet.Any.Range(index);
            for (var letter = low; letter <= high; letter++)
            {
                if (!Names[(int)Rune.GetUnicodeCategory(new Rune(letter))].StartsWith(name, StringComparison.Ordinal))
                    continue;
                if (ranges.Count > 0 && ranges[^1].Item2 == letter - 1)
                    ranges[^1] = (ranges[^1].Item1, letter);
                else
                    ranges.Add((letter, letter));
            }
        }
        return CharSet.Of(ranges.ToArray());
    }
}
