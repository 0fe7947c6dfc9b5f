using System.Text;
using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Formatting;

internal static class Html
{
    /// <summary>As MarkupSafe escapes: quotes by number.</summary>
    public static string Escape(Rendering rendering, string text)
    {
        rendering.ChargeScan(text.Length);
        if (!text.AsSpan().ContainsAny("&<>'\""))
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '\'' => escaped.Append("&#39;"),
                '"' => escaped.Append("&#34;"),
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }
}
