using System.Text.RegularExpressions;

namespace Vibee.Gguf;

/// <summary>Names of split models: NAME-00001-of-00003.gguf, counted from one, while the key split.no counts from zero.</summary>
internal static partial class SplitName
{
    private const string CountKey = "split.count";
    private const string NumberKey = "split.no";
    private const string TotalKey = "split.tensors.count";

    /// <summary>The files to open after the first one, in order; none for a model in one file.</summary>
    public static IEnumerable<string> OtherParts(string path, GgufMetadata metadata)
    {
        var count = metadata.GetInteger(CountKey) ?? 1;
        if (count <= 1)
            yield break;

        var match = Pattern().Match(path);
        if (!match.Success || match.Groups["count"].Value != $"{count:D5}")
            throw new GgufException(path, $"this is part of a model in {count} files, whose names must end in -00001-of-{count:D5}.gguf");
        var stem = match.Groups["stem"].Value;
        var number = metadata.GetInteger(NumberKey);
        if (number != 0 || match.Groups["number"].Value != "00001")
            throw new GgufException(path, $"this is not the first of the model's {count} files; open {PartName(stem, 1, count)}");

        for (var i = 2; i <= count; i++)
        {
            var part = PartName(stem, i, count);
            if (!File.Exists(part))
                throw new GgufException(path, $"part {i} of {count} is missing: there is no file {part}");
            yield return part;
        }
    }

    /// <summary>Refuses a file that has the name of a part, counted from zero, but was not written as that part.</summary>
    public static void CheckPart(string path, GgufMetadata part, int index, GgufMetadata first)
    {
        if (part.GetInteger(NumberKey) != index || part.GetInteger(CountKey) != first.GetInteger(CountKey))
            throw new GgufException(path, $"by its metadata this is not part {index + 1} of the model's {first.GetInteger(CountKey)} files");
    }

    public static void CheckTotal(string path, GgufMetadata first, int tensors)
    {
        if (first.GetInteger(TotalKey) is { } total && total != tensors)
            throw new GgufException(path, $"the model's files hold {tensors} tensors, but should hold {total}");
    }

    private static string PartName(string stem, int number, long count) => $"{stem}-{number:D5}-of-{count:D5}.gguf";

    [GeneratedRegex(@"^(?<stem>.*)-(?<number>\d{5})-of-(?<count>\d{5})\.gguf$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
