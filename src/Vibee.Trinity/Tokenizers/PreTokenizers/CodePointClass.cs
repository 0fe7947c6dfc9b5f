namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>What pre-tokenizers ask of a character: the first letter of its Unicode general category, or white space.</summary>
[Flags]
internal enum CodePointClass : byte
{
    /// <summary>No character: the end of the text.</summary>
    None = 0,

    Letter = 1,
    Number = 2,

    /// <summary>What <c>\s</c> matches, control characters such as line breaks included.</summary>
    Space = 4,

    Punctuation = 8,
    Symbol = 16,
    Mark = 32,

    /// <summary>Control, format and private use.</summary>
    Control = 64,

    Unassigned = 128,
}
