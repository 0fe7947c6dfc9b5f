namespace Vibee.Bench.Accuracy;

/// <summary>What <c>vibee bench accuracy</c> was told.</summary>
/// <param name="Model">Whose logits are compared.</param>
/// <param name="Unquantized">The same model in floats, or the same file.</param>
/// <param name="Prompts">How many.</param>
/// <param name="Length">Tokens of each.</param>
/// <param name="Threads">That compute.</param>
internal sealed record AccuracySettings(string Model, string Unquantized, int Prompts, int Length, int Threads);
