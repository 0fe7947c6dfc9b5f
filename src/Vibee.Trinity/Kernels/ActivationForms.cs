namespace Vibee.Trinity.Kernels;

/// <summary>The forms in which a column of activations is multiplied; which one is up to the weights.</summary>
[Flags]
internal enum ActivationForms
{
    None = 0,

    /// <summary>32-bit floats, for weights that are floats themselves.</summary>
    Floats = 1,

    /// <summary>8-bit integers with one scale per 32, for weights in blocks of 32 (llama.cpp's Q8_0 and Q8_1).</summary>
    Blocks = 2,

    /// <summary>8-bit integers with one scale per 256, for weights in blocks of 256 (llama.cpp's Q8_K).</summary>
    SuperBlocks = 4,

    /// <summary>Floats rounded to 16 bits, for weights that are 16-bit floats: as the reference rounds them, and of use
    /// to kernels that multiply such numbers.</summary>
    Halves = 8,
}
