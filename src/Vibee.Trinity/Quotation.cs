namespace Vibee.Trinity;

/// <summary>Names out of a file in messages: an escape sequence in one must not reach a terminal, nor a megabyte of it a log.</summary>
internal static class Quotation
{
    public static string Of(string name) =>
        $"'{string.Concat(name.Take(40).Select(letter => char.IsControl(letter) ? '?' : letter))}'";
}
