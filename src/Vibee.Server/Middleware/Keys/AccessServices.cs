using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Configuration;

namespace Vibee.Server.Middleware.Keys;

/// <summary>Composes authentication and authorization of the framework's parts and ours.</summary>
internal static class AccessServices
{
    /// <exception cref="IOException">A file of keys or of a secret cannot be read.</exception>
    public static void AddAccess(this IServiceCollection services, AccessOptions access, TimeProvider time, ILogger logger)
    {
        // Not AddAuthentication, which adds data protection as well: that writes keys to the user's directory at each
        // start, and is there for cookies.
        services.AddAuthenticationCore(authentication => authentication.DefaultScheme = KeyHandler.SchemeName);
        services.AddWebEncoders();
        services.AddSingleton(time);
        services.AddSingleton<IAuthenticationConfigurationProvider, NoConfiguration>();
        services.AddSingleton(new KeyRing(access, logger));

        var schemes = new AuthenticationBuilder(services);
        schemes.AddScheme<AuthenticationSchemeOptions, KeyHandler>(KeyHandler.SchemeName, options =>
        {
            if (access.TakesTokens)
                options.ForwardDefaultSelector = context => IsForTokens(context, access) ? TokenScheme.SchemeName : null;
        });
        if (access.TakesTokens)
            schemes.AddJwtBearer(TokenScheme.SchemeName, TokenScheme.Configure(access, time));

        services.AddAuthorization(authorization => authorization.FallbackPolicy = new AuthorizationPolicyBuilder()
            .RequireAssertion(authorized => authorized.User.Identity?.IsAuthenticated == true || IsOpen(authorized.Resource))
            .Build());
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessRefusal>();
    }

    private static bool IsForTokens(HttpContext context, AccessOptions access) =>
        !access.TakesKeys || Credential.LooksLikeToken(Credential.Of(context.Request));

    // A browser asks with OPTIONS before it sends a key.
    private static bool IsOpen(object? resource) => resource is HttpContext context && HttpMethods.IsOptions(context.Request.Method);

    /// <summary>Schemes are not configured by files of the framework's.</summary>
    private sealed class NoConfiguration : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();
    }
}
