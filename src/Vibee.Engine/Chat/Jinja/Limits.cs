namespace Vibee.Engine.Chat.Jinja;

/// <summary>
/// What a template may use up. Templates come out of downloaded files, so each number bounds an attack; together they
/// end any render that runs away within 100 ms on an ordinary core, cold code included.
/// </summary>
internal static class Limits
{
    /// <summary>The longest published template is some 20,000 characters. Compiling goes with the length.</summary>
    public const int SourceLength = 1 << 18;

    /// <summary>Blocks within blocks. Bounds the stack of parser and renderer alike.</summary>
    public const int BlockDepth = 64;

    /// <summary>Height of an expression tree, chains such as a + b + c included.</summary>
    public const int ExpressionHeight = 200;

    /// <summary>Macros that call macros, and recursive loops. Python gives up at about 300.</summary>
    public const int CallDepth = 200;

    /// <summary>Lists within lists. Every walk over a value (printing, comparing, JSON) relies on it.</summary>
    public const int ValueDepth = 200;

    /// <summary>
    /// Steps of a render whatever its context: operations, items walked, calls. A template of 16 KB takes some 100 per
    /// message; a step takes 20 ns in optimised code and up to 200 in code that has just been jitted.
    /// </summary>
    public const long BaseSteps = 150_000;

    /// <summary>Steps for every value in the context: a long conversation must not look like an attack.</summary>
    public const long StepsPerContextValue = 1000;

    /// <summary>Characters compared or hashed in the time of a step.</summary>
    public const int CharactersPerStep = 32;

    /// <summary>Characters that may be copied or searched whatever the context: some 2 ns each, memory included.</summary>
    public const long BaseCharacters = 8 << 20;

    /// <summary>Characters for every one in the context: contents pass through a filter dozens of times.</summary>
    public const long CharactersPerContextCharacter = 200;

    /// <summary>What looking at a character costs, in copied ones, where no vector instruction does it.</summary>
    public const int ScanCost = 8;

    /// <summary>Characters of output, over and above <see cref="OutputPerContextCharacter"/>.</summary>
    public const long BaseOutput = 4 << 20;

    public const long OutputPerContextCharacter = 16;

    /// <summary>As jinja2's sandbox has it.</summary>
    public const int RangeLength = 100_000;

    /// <summary>Python's integers have no end, but printing a long one takes the square of its length.</summary>
    public const int IntegerBits = 1024;

    /// <summary>Steps of an operation on an integer of more than 64 bits.</summary>
    public const int LongIntegerSteps = 50;

    /// <summary>Widths and precisions in formats and paddings.</summary>
    public const int FieldWidth = 10_000;
}
