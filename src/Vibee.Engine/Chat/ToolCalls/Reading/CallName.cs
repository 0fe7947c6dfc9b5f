using System.Text;

namespace Vibee.Engine.Chat.ToolCalls.Reading;

/// <summary>Finds the name of a function in what models write around it: <c>functions.f:0</c>, <c>f[CALL_ID]…</c>.</summary>
internal static class CallName
{
    private const string Namespace = "functions.";

    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> head)
    {
        head = head.TrimStart();
        if (head.StartsWith(Namespace, StringComparison.Ordinal))
            head = head[Namespace.Length..];
        var length = 0;
        while (length < head.Length && IsPartOfName(head[length]))
            length++;
        return head[..length];
    }

    public static bool IsPartOfName(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';

    public static bool EndsWith(this StringBuilder text, string end)
    {
        if (text.Length < end.Length)
            return false;
        for (var i = 0; i < end.Length; i++)
        {
            if (text[text.Length - end.Length + i] != end[i])
                return false;
        }

        return true;
    }
}
