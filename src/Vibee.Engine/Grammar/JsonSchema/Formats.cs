namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>Formats of strings as patterns. Where a specification allows exotic forms, the common ones are meant.</summary>
internal static class Formats
{
    private const string Leap = "(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
    private const string Date =
        "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" + Leap + "-02-29)";
    private const string Time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
    private const string Byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private const string Ipv4 = "(?:" + Byte + "\\.){3}" + Byte;
    private const string H = "[0-9A-Fa-f]{1,4}";
    private const string Low32 = "(?:" + H + ":" + H + "|" + Ipv4 + ")";
    private const string Ipv6 =
        "(?:(?:" + H + ":){6}" + Low32 + "|::(?:" + H + ":){5}" + Low32 + "|(?:" + H + ")?::(?:" + H + ":){4}" + Low32
        + "|(?:(?:" + H + ":){0,1}" + H + ")?::(?:" + H + ":){3}" + Low32 + "|(?:(?:" + H + ":){0,2}" + H + ")?::(?:" + H + ":){2}" + Low32
        + "|(?:(?:" + H + ":){0,3}" + H + ")?::" + H + ":" + Low32 + "|(?:(?:" + H + ":){0,4}" + H + ")?::" + Low32
        + "|(?:(?:" + H + ":){0,5}" + H + ")?::" + H + "|(?:(?:" + H + ":){0,6}" + H + ")?::)";
    private const string Label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private const string Host = Label + "(?:\\." + Label + ")*";
    private const string Escape = "%[0-9A-Fa-f]{2}";
    private const string Path = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|" + Escape + ")";
    private const string Wide = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|" + Escape + "|[\\u{a0}-\\u{10ffff}])";
    private const string Authority = "(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?(?:[A-Za-z0-9._~!$&'()*+,;=%-]*|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]*)?";
    private const string UriTail = "(?:\\?(?:" + Path + "|\\?)*)?(?:#(?:" + Path + "|\\?)*)?";
    private const string IriTail = "(?:\\?(?:" + Wide + "|\\?)*)?(?:#(?:" + Wide + "|\\?)*)?";
    private const string Scheme = "[A-Za-z][A-Za-z0-9+.-]*:";
    private const string Atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";

    private static readonly Dictionary<string, string> Known = new()
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = Date + "[Tt]" + Time,
        ["duration"] = "P(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)(?:T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?|T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))",
        ["uuid"] = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
        ["email"] = Atom + "(?:\\." + Atom + ")*@" + Host,
        ["idn-email"] = "[^@\\s\"]+@[^@\\s\"]+",
        ["hostname"] = Host,
        ["ipv4"] = Ipv4,
        ["ipv6"] = Ipv6,
        ["uri"] = Scheme + "(?://" + Authority + "(?:/" + Path + "*)?|(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|" + Escape + ")" + Path + "*|/|(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|" + Escape + ")" + Path + "*)?)" + UriTail,
        ["uri-reference"] = "(?:" + Scheme + ")?(?://" + Authority + ")?" + Path + "*" + UriTail,
        ["iri"] = Scheme + Wide + "*" + IriTail,
        ["iri-reference"] = "(?:" + Scheme + ")?" + Wide + "*" + IriTail,
        ["uri-template"] = "(?:[^\\u0000- \"'<>\\\\^`{|}]|\\{[^{}\\u0000- ]+\\})*",
        ["json-pointer"] = "(?:/(?:[^~/]|~[01])*)*",
        ["relative-json-pointer"] = "(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~[01])*)*)",
    };

    /// <summary>Names that concern other types than strings, or how a person enters the value.</summary>
    private static readonly HashSet<string> Idle =
    [
        "int32", "int64", "int", "integer", "long", "float", "double", "decimal", "number", "currency", "textarea", "text", "checkbox",
        "color", "table", "password", "string", "html", "markdown", "select",
    ];

    /// <returns>The pattern of the whole string; null for formats that are not known.</returns>
    public static string? Find(string format) => Known.GetValueOrDefault(format);

    public static bool SaysNothing(string format) => Idle.Contains(format);
}
