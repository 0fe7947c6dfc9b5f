namespace Vibee.Bench;

/// <summary>What <c>vibee bench serve</c> asks of a server.</summary>
/// <param name="Url">The server's address, without <c>/v1</c>.</param>
/// <param name="Model">The model's id, or null for the server's own.</param>
/// <param name="Clients">Connections that each send one request after the other.</param>
/// <param name="Requests">How many are counted.</param>
/// <param name="PromptWords">Length of each prompt.</param>
/// <param name="SharedWords">How many of them, at the beginning, are the same in every prompt.</param>
/// <param name="MaxTokens">Length of each answer; the end token is ignored.</param>
internal sealed record LoadSettings(
    Uri Url, string? Model, int Clients, int Requests, int PromptWords, int SharedWords, int MaxTokens);
