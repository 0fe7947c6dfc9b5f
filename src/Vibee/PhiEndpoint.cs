using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Vibee.Trinity.Sacred;

namespace Vibee;

/// <summary><c>GET /phi</c>. It lives here because the server knows no engine and the constants are Trinity's.</summary>
internal static class PhiEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/phi", WriteAsync);

    private static Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync($$"""
            {"phi":{{Show(SacredConstants.Phi)}},"phi_squared":{{Show(SacredConstants.PhiSquared)}},"inv_phi_squared":{{Show(SacredConstants.InversePhiSquared)}},"trinity":{{Show(SacredConstants.Trinity)}},"phoenix":{{SacredConstants.Phoenix}},"verified":{{(SacredConstants.Verify() ? "true" : "false")}}}
            """);
    }

    // Fifteen decimals, as the guide prints them: what a double is sure of.
    private static string Show(double value)
    {
        var text = Math.Round(value, 15).ToString(CultureInfo.InvariantCulture);
        return text.Contains('.') ? text : text + ".0";
    }
}
