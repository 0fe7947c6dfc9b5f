using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>
/// Decimal digits, perhaps with a point among them, that are a multiple of <c>divisor / 10^scale</c>: the automaton that
/// knows the remainder of what it has read.
/// </summary>
/// <param name="remainder">Of the digits read so far, all taken as whole.</param>
/// <param name="decimals">How many of them came after the point; −1 before the point.</param>
internal sealed class DivisibleBy(long divisor, int scale, long remainder, int decimals) : Regex
{
    /// <summary>Larger divisors would overflow.</summary>
    public const long MaxDivisor = 1_000_000_000_000_000;
    public const int MaxScale = 15;

    public static DivisibleBy Start(long divisor, int scale) => new(divisor, scale, 0, -1);

    public override bool IsNullable { get; } =
        decimals != 0 && (Int128)remainder * Power(scale - Math.Clamp(decimals, 0, scale)) % divisor == 0;

    public override bool MayBeEmpty => true;

    public override bool SameAs(Regex other) => other is DivisibleBy same && same.State == State;

    public override int Hash() => HashCode.Combine(11, State);

    private (long, int, long, int) State => (divisor, scale, remainder, decimals);

    protected override Move[] ComputeMoves(RegexFactory factory)
    {
        if (decimals >= scale)
            return remainder == 0 ? [new Move('0', '0', factory.Intern(new DivisibleBy(divisor, scale, 0, scale)))] : [];
        var moves = new Move[decimals < 0 ? 11 : 10];
        var count = 0;
        if (decimals < 0)
            moves[count++] = new Move('.', '.', factory.Intern(new DivisibleBy(divisor, scale, remainder, 0)));
        for (var digit = 0; digit < 10; digit++)
        {
            var next = (remainder * 10 + digit) % divisor;
            moves[count++] = new Move('0' + digit, '0' + digit,
                factory.Intern(new DivisibleBy(divisor, scale, next, decimals < 0 ? -1 : decimals + 1)));
        }
        return moves;
    }

    private static long Power(int exponent)
    {
        var power = 1L;
        for (; exponent > 0; exponent--)
            power *= 10;
        return power;
    }
}
