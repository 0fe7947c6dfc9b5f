using Vibee.Server.Endpoints;

namespace Vibee.Server.OpenApi;

/// <summary>Describes endpoints for <c>/openapi.json</c>.</summary>
public static class DescriptionExtensions
{
    private static readonly string[] Read = ["GET", "HEAD"];

    /// <summary>Adds an endpoint that only reads: it answers GET, and HEAD with the same headers.</summary>
    /// <param name="routes">What it is added to.</param>
    /// <param name="path">Where.</param>
    /// <param name="handler">Answers.</param>
    /// <param name="summary">What the document says of it, in a few words.</param>
    /// <param name="query">The names of its parameters.</param>
    public static IEndpointConventionBuilder MapRead(
        this IEndpointRouteBuilder routes, string path, RequestDelegate handler, string summary, params string[] query) =>
        routes.MapMethods(path, Read, handler).WithMetadata(new Operation(summary, null, [], query));

    /// <summary>Adds an endpoint that takes JSON.</summary>
    internal static IEndpointConventionBuilder MapJson(
        this IEndpointRouteBuilder routes, string path, IJsonEndpoint endpoint, string summary, params string[] examples) =>
        routes.MapPost(path, endpoint.HandleAsync).WithMetadata(new Operation(summary, endpoint, examples, []));

    /// <summary>Says what an endpoint answers, by the names of <c>schemas.json</c>.</summary>
    internal static IEndpointConventionBuilder Answers(this IEndpointConventionBuilder endpoint, string whole, string? chunk = null) =>
        endpoint.WithMetadata(new Answers(whole, chunk));
}
