namespace Vibee.Trinity.Tokenizers;

/// <summary>What a token is, from <c>tokenizer.ggml.token_type</c> and from what is known about its text.</summary>
[Flags]
internal enum TokenAttributes : byte
{
    None = 0,
    Normal = 1,

    /// <summary>Stands for what the vocabulary lacks.</summary>
    Unknown = 2,

    /// <summary>Begin, end, turn markers: no text of their own, and read from text only when special tokens are.</summary>
    Control = 4,

    /// <summary>Whole wherever its text appears, whether or not special tokens are read.</summary>
    UserDefined = 8,

    Unused = 16,

    /// <summary>One byte, spelled <c>&lt;0x41&gt;</c>.</summary>
    Byte = 32,

    /// <summary>Swallows the white space before it.</summary>
    StripsLeft = 64,

    /// <summary>Swallows the white space after it.</summary>
    StripsRight = 128,

    Special = Control | UserDefined | Unknown,
}
