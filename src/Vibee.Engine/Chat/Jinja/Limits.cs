namespace Vibee.Engine.Chat.Jinja;

/// <summary>
/// What a template may use up. Templates come out of downloaded files, so each number bounds an attack; together they
/// end any render that runs away within 100 ms on an ordinary core, cold code included.
/// </summary>
internal static class Limits
{
    /// <summary>The longest published template is some 20,000 characters.</summary>
    public const int SourceLength = 1 << 20;

    /// <summary>Blocks within blocks. Bounds the stack of parser and renderer alike.</summary>
    public const int BlockDepth = 64;

    /// <summary>Height of an expression tree, chains such as a + b + c included.</summary>
    public const int ExpressionHeight = 200;

    /// <summary>Macros that call macros, and recursive loops. Python gives up at about 300.</summary>
    public const int CallDepth = 200;

    /// <summary>Lists within lists. Every walk over a value (printing, comparing, JSON) relies on it.</summary>
    public const int ValueDepth = 200;

    /// <summary>Steps of a render whatever its context; a template of 16 KB takes some 100 per message.</summary>
    public const long BaseSteps = 400_000;

    /// <summary>Steps for every value in the context: a long conversation must not look like an attack.</summary>
    public const long StepsPerContextValue = 500;

    /// <summary>Characters that reading, copying or writing takes one step for.</summary>
    public const int CharactersPerStep = 32;

    /// <summary>Characters of output, over and above <see cref="OutputPerContextCharacter"/>.</summary>
    public const long BaseOutput = 4 << 20;

    public const long OutputPerContextCharacter = 16;

    /// <summary>As jinja2's sandbox has it.</summary>
    public const int RangeLength = 100_000;

    /// <summary>Python refuses to print an integer of more than 4300 digits; ours do not get longer than that.</summary>
    public const int IntegerBits = 14_280;

    /// <summary>Widths and precisions in formats and paddings.</summary>
    public const int FieldWidth = 100_000;
}
