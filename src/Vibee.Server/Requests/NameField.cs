namespace Vibee.Server.Requests;

/// <summary>The field <c>name</c> of functions and of schemas, which obeys the same rule.</summary>
internal static class NameField
{
    private const int MaxLength = 64;

    public static string? Read(RequestFields fields)
    {
        const string Name = "name";
        var name = fields.String(Name);
        if (name is not null && !IsName(name))
            fields.Fail(Name, "invalid_value", $"'{fields.PathOf(Name)}' must have 1 to {MaxLength} letters, digits, underscores and dashes.");
        return name;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxLength && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');
}
