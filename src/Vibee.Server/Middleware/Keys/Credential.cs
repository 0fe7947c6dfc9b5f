using System.Net.Http.Headers;

namespace Vibee.Server.Middleware.Keys;

/// <summary>Where a request carries its key or token.</summary>
internal static class Credential
{
    /// <summary>A browser cannot set headers of a WebSocket, only its subprotocols; this is the prefix that OpenAI gives
    /// the one with the key.</summary>
    public const string SubprotocolPrefix = "openai-insecure-api-key.";

    /// <summary>The key or token: <c>Authorization: Bearer</c> of OpenAI's clients, <c>x-api-key</c> of Anthropic's, or the
    /// subprotocol of a browser's WebSocket. Null if there is none.</summary>
    public static string? Of(HttpRequest request)
    {
        if (AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            && header is { Scheme: var scheme, Parameter: { Length: > 0 } bearer } && scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return bearer;
        if (request.Headers["x-api-key"] is [{ Length: > 0 } key])
            return key;
        return request.HttpContext.WebSockets.WebSocketRequestedProtocols
            .FirstOrDefault(name => name.StartsWith(SubprotocolPrefix, StringComparison.Ordinal))?[SubprotocolPrefix.Length..];
    }

    /// <summary>Whether it may be a JSON Web Token: three parts, of which the first is a JSON object in base64.</summary>
    public static bool LooksLikeToken(string? credential) =>
        credential is not null && credential.StartsWith("eyJ", StringComparison.Ordinal) && credential.Count(letter => letter == '.') == 2;
}
