using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;
using Vibee.Server.Requests;

namespace Vibee.Server.Middleware.Keys;

/// <summary>What somebody is told who may not come in. The key itself is never repeated.</summary>
internal sealed partial class AccessRefusal(ILoggerFactory loggers) : IAuthorizationMiddlewareResultHandler
{
    private static readonly ApiError Unreachable =
        new(503, "The issuer of tokens cannot be reached, so that no token can be checked.", null, null, ApiError.ServerError) { RetryAfter = 5 };

    private readonly ILogger _logger = loggers.CreateLogger<AccessRefusal>();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult result)
    {
        if (result.Succeeded)
        {
            await next(context);
            return;
        }

        // Remembered by the handler that was asked; nothing is checked again.
        var failure = (await context.AuthenticateAsync()).Failure;
        if (failure is InvalidOperationException)
        {
            LogUnreachable(failure.Message);
            await Unreachable.SendAsync(context);
            return;
        }

        context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        await new ApiError(401, Explain(failure), null, "invalid_api_key").SendAsync(context);
    }

    private static string Explain(Exception? failure) => failure switch
    {
        null => "No API key was given: send it as 'Authorization: Bearer KEY' or as 'x-api-key: KEY'.",
        AuthenticationFailureException said => said.Message,
        SecurityTokenExpiredException => "The token has expired.",
        _ => "The token is not valid.",
    };

    [LoggerMessage(LogLevel.Error, "The issuer of tokens cannot be reached (--jwt-authority): {Reason}")]
    private partial void LogUnreachable(string reason);
}
