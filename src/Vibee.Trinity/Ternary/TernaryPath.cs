namespace Vibee.Trinity.Ternary;

/// <summary>The implementations of <see cref="TernaryProduct"/>, narrowest first.</summary>
internal enum TernaryPath
{
    /// <summary>The oracle for the others.</summary>
    Scalar,
    Vector128,
    Vector256,
    Vector512,
}
