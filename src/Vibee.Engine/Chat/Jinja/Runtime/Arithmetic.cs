using System.Numerics;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>Python's operators on numbers; on text and lists where + and * and % are theirs.</summary>
internal static class Arithmetic
{
    public static Value Add(Rendering rendering, in Value a, in Value b)
    {
        if (a.Kind == ValueKind.Int && b.Kind == ValueKind.Int)
        {
            var sum = unchecked(a.AsInt + b.AsInt);
            return ((a.AsInt ^ sum) & (b.AsInt ^ sum)) < 0
                ? Value.From((BigInteger)a.AsInt + b.AsInt)
                : Value.From(sum);
        }
        if (a.IsText && b.IsText)
            return Concatenation.Join(rendering, a, b);
        if (a.IsNumber && b.IsNumber)
        {
            return IsFloat(a, b)
                ? Value.From(a.AsDouble + b.AsDouble)
                : Value.From(a.AsBigInteger + b.AsBigInteger);
        }
        ThrowIfUndefined(a, b);
        return a.Kind is ValueKind.Text or ValueKind.List or ValueKind.Tuple
            ? Concatenation.Lists(rendering, a, b)
            : throw Unsupported("+", a, b);
    }

    public static Value Subtract(in Value a, in Value b)
    {
        RequireNumbers("-", a, b);
        return IsFloat(a, b) ? Value.From(a.AsDouble - b.AsDouble) : Value.From(a.AsBigInteger - b.AsBigInteger);
    }

    public static Value Multiply(Rendering rendering, in Value a, in Value b)
    {
        if (a.IsNumber && b.IsNumber)
            return IsFloat(a, b) ? Value.From(a.AsDouble * b.AsDouble) : Value.From(a.AsBigInteger * b.AsBigInteger);
        ThrowIfUndefined(a, b);
        if (b.IsInteger && Concatenation.CanRepeat(a))
            return Concatenation.Repeat(rendering, a, b);
        if (a.IsInteger && Concatenation.CanRepeat(b))
            return Concatenation.Repeat(rendering, b, a);
        throw Concatenation.CanRepeat(a)
            ? Fault.Runtime($"can't multiply sequence by non-int of type '{TypeNames.Of(b)}'")
            : Unsupported("*", a, b);
    }

    public static Value Divide(in Value a, in Value b)
    {
        RequireNumbers("/", a, b);
        if (b.AsDouble == 0)
            throw Fault.Runtime(IsFloat(a, b) ? "float division by zero" : "division by zero");
        return Value.From(a.AsDouble / b.AsDouble);
    }

    public static Value FloorDivide(in Value a, in Value b)
    {
        RequireNumbers("//", a, b);
        if (b.AsDouble == 0)
            throw Fault.Runtime(IsFloat(a, b) ? "float floor division by zero" : "integer division or modulo by zero");
        if (IsFloat(a, b))
            return Value.From(Math.Floor(a.AsDouble / b.AsDouble));
        var quotient = BigInteger.DivRem(a.AsBigInteger, b.AsBigInteger, out var rest);
        return Value.From(!rest.IsZero && rest.Sign != b.AsBigInteger.Sign ? quotient - 1 : quotient);
    }

    /// <summary>The result has the sign of the divisor. On text, it formats.</summary>
    public static Value Modulo(Rendering rendering, in Value a, in Value b)
    {
        if (a.IsText)
            return Value.From(Formatting.PercentFormat.Format(rendering, a.AsText, b, null));
        RequireNumbers("%", a, b);
        if (b.AsDouble == 0)
            throw Fault.Runtime(IsFloat(a, b) ? "float modulo" : "integer modulo by zero");
        if (!IsFloat(a, b))
        {
            var rest = BigInteger.Remainder(a.AsBigInteger, b.AsBigInteger);
            return Value.From(!rest.IsZero && rest.Sign != b.AsBigInteger.Sign ? rest + b.AsBigInteger : rest);
        }
        var remainder = a.AsDouble % b.AsDouble;
        return Value.From(remainder != 0 && remainder < 0 != b.AsDouble < 0 ? remainder + b.AsDouble : remainder);
    }

    public static Value Power(in Value a, in Value b)
    {
        RequireNumbers("** or pow()", a, b);
        if (IsFloat(a, b) || b.AsBigInteger.Sign < 0)
        {
            if (a.AsDouble == 0 && b.AsDouble < 0)
                throw Fault.Runtime("0.0 cannot be raised to a negative power");
            return Value.From(Math.Pow(a.AsDouble, b.AsDouble));
        }
        // The bits of the result, before anyone computes it.
        var bits = (double)BigInteger.Abs(a.AsBigInteger).GetBitLength() * b.AsDouble;
        if (a.AsBigInteger.GetBitLength() > 1 && bits > 4 * Limits.IntegerBits)
            throw Fault.Limit($"an integer gets longer than {Limits.IntegerBits} bits");
        return b.Kind == ValueKind.BigInt || b.AsInt > int.MaxValue
            ? Value.From(a.AsInt == -1 && !b.AsBigInteger.IsEven ? -1 : BigInteger.Abs(a.AsBigInteger))
            : Value.From(BigInteger.Pow(a.AsBigInteger, (int)b.AsInt));
    }

    public static Value Negate(in Value value)
    {
        RequireNumber("unary -", value);
        return value.Kind == ValueKind.Float ? Value.From(-value.AsDouble) : Value.From(-value.AsBigInteger);
    }

    public static Value Plus(in Value value)
    {
        RequireNumber("unary +", value);
        return value.Kind == ValueKind.Float ? value : Value.From(value.AsBigInteger);
    }

    public static void ThrowIfUndefined(in Value a, in Value b)
    {
        if (a.IsUndefined)
            throw a.AsUndefined.Fault();
        if (b.IsUndefined)
            throw b.AsUndefined.Fault();
    }

    private static bool IsFloat(in Value a, in Value b) => a.Kind == ValueKind.Float || b.Kind == ValueKind.Float;

    private static void RequireNumbers(string spelling, in Value a, in Value b)
    {
        if (a.IsNumber && b.IsNumber)
            return;
        ThrowIfUndefined(a, b);
        throw Unsupported(spelling, a, b);
    }

    private static void RequireNumber(string spelling, in Value value)
    {
        if (value.IsNumber)
            return;
        ThrowIfUndefined(value, value);
        throw Fault.Runtime($"bad operand type for {spelling}: '{TypeNames.Of(value)}'");
    }

    private static TemplateException Unsupported(string spelling, in Value a, in Value b) => Fault.Runtime(
        $"unsupported operand type(s) for {spelling}: '{TypeNames.Of(a)}' and '{TypeNames.Of(b)}'");
}
