namespace Vibee.Engine.Sampling;

/// <summary>The probability of a chosen token and of its rivals.</summary>
/// <param name="Logprob">Natural logarithm of the chosen token's probability in the model's own distribution,
/// before grammar, bias, penalties and temperature; never below −9999.</param>
/// <param name="Top">The most likely tokens, most likely first.</param>
public sealed record TokenLogprobs(float Logprob, IReadOnlyList<TokenLogprob> Top);

/// <param name="Token">Token id.</param>
/// <param name="Logprob">Natural logarithm of its probability; never below −9999.</param>
public readonly record struct TokenLogprob(int Token, float Logprob);
