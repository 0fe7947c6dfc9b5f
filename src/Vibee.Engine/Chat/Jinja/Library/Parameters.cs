using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Reads a builtin's arguments as the type it needs.</summary>
internal static class Parameters
{
    public static bool AsBool(this in Value value, bool absent) => value.IsMissing ? absent : value.IsTrue;

    /// <summary>Clipped to 32 bits: sizes and indexes beyond are out of any range alike.</summary>
    public static int AsIndex(this in Value value, int absent = 0)
    {
        if (value.IsMissing)
            return absent;
        if (value.Kind == ValueKind.BigInt)
            return value.AsBigInteger.Sign < 0 ? int.MinValue + 1 : int.MaxValue;
        if (!value.IsInteger)
            throw Unfit(value, "an integer");
        return (int)Math.Clamp(value.AsInt, int.MinValue + 1, int.MaxValue);
    }

    public static long AsLong(this in Value value)
    {
        if (value.Kind == ValueKind.BigInt)
            throw Fault.Limit("an integer does not fit 64 bits");
        if (!value.IsInteger)
            throw Unfit(value, "an integer");
        return value.AsInt;
    }

    /// <summary>As <see cref="AsIndex"/>, for widths: bounded, since somebody is going to allocate it.</summary>
    public static int AsWidth(this in Value value, int absent = 0)
    {
        var width = value.AsIndex(absent);
        if (width > Limits.FieldWidth)
            throw Fault.Limit($"a width is larger than {Limits.FieldWidth}");
        return Math.Max(width, 0);
    }

    public static string AsString(this in Value value, string what)
    {
        if (value.IsUndefined)
            throw value.AsUndefined.Fault();
        if (!value.IsText)
            throw Fault.Runtime($"{what} must be str, not {TypeNames.Of(value)}");
        return value.AsText;
    }

    /// <summary>Null where the argument is absent or None.</summary>
    public static string? AsOptionalString(this in Value value, string what) =>
        value.IsMissing || value.IsNone ? null : value.AsString(what);

    private static TemplateException Unfit(in Value value, string wanted) => value.IsUndefined
        ? value.AsUndefined.Fault()
        : Fault.Runtime($"'{TypeNames.Of(value)}' object cannot be interpreted as {wanted}");
}
