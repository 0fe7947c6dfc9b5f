using System.Numerics;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Attributes of int and float; no chat template is known to use one, but 5 .real exists in Python.</summary>
internal static class NumberAttributes
{
    private static readonly Builtin IsInteger = new("is_integer", "", (_, self, _) =>
        Value.From(self.IsInteger || self.AsDouble == Math.Floor(self.AsDouble)));

    private static readonly Builtin BitLength = new("bit_length", "", (_, self, _) =>
        Value.From(BigInteger.Abs(self.AsBigInteger).GetBitLength()));

    public static Value Find(in Value owner, string name)
    {
        if (!owner.IsNumber)
            return default;
        return name switch
        {
            "real" => owner.Kind == ValueKind.Bool ? Value.From(owner.AsInt) : owner,
            "imag" => owner.IsInteger ? Value.From(0) : Value.From(0.0),
            "numerator" when owner.IsInteger => owner,
            "denominator" when owner.IsInteger => Value.From(1),
            "bit_length" when owner.IsInteger => Value.From(new FunctionValue(BitLength, owner)),
            "is_integer" => Value.From(new FunctionValue(IsInteger, owner)),
            _ => default,
        };
    }
}
