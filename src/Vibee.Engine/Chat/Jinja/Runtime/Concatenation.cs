using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>+ and * on text and lists: paid for before the copy is made.</summary>
internal static class Concatenation
{
    public static Value Join(Rendering rendering, in Value a, in Value b)
    {
        rendering.ChargeOutput(a.AsText.Length, b.AsText.Length);
        rendering.ChargeCharacters(a.AsText.Length);
        if (!a.IsSafeText && !b.IsSafeText)
            return Value.From(a.AsText + b.AsText);
        return Value.FromSafe((a.IsSafeText ? a.AsText : Html.Escape(rendering, a.AsText))
            + (b.IsSafeText ? b.AsText : Html.Escape(rendering, b.AsText)));
    }

    public static Value Lists(Rendering rendering, in Value a, in Value b)
    {
        if (a.Kind != b.Kind)
        {
            throw Fault.Runtime(
                $"can only concatenate {TypeNames.Of(a)} (not \"{TypeNames.Of(b)}\") to {TypeNames.Of(a)}");
        }
        rendering.Charge(a.AsList.Count + b.AsList.Count);
        return Value.From(new ListValue([.. a.AsList.Items, .. b.AsList.Items], a.Kind == ValueKind.Tuple));
    }

    public static bool CanRepeat(in Value value) =>
        value.Kind is ValueKind.Text or ValueKind.List or ValueKind.Tuple;

    public static Value Repeat(Rendering rendering, in Value value, in Value times)
    {
        var count = times.Kind == ValueKind.BigInt
            ? times.AsBigInteger.Sign * (long)int.MaxValue
            : Math.Clamp(times.AsInt, 0, int.MaxValue);
        count = Math.Max(count, 0);
        if (value.IsText)
        {
            var text = value.AsText;
            if (text.Length * count is var length && length > int.MaxValue)
                throw Fault.Limit("a string gets too long");
            rendering.ChargeOutput(0, (int)length);
            var repeated = string.Create((int)length, text, static (target, part) =>
            {
                for (; !target.IsEmpty; target = target[part.Length..])
                    part.CopyTo(target);
            });
            return value.IsSafeText ? Value.FromSafe(repeated) : Value.From(repeated);
        }
        rendering.Charge(value.AsList.Count * count);
        var items = new Value[(int)(value.AsList.Count * count)];
        for (var i = 0; i < items.Length; i += value.AsList.Count)
            value.AsList.Items.CopyTo(items.AsSpan(i));
        return Value.From(new ListValue(items, value.Kind == ValueKind.Tuple));
    }
}
