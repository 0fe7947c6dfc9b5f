using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Vibee.Server.OpenApi;
using Vibee.Server.Requests;
using Vibee.Trinity.Sacred;

namespace Vibee;

/// <summary><c>GET /phi</c> and <c>GET /phi/decompose?value=…</c>. They live here because the server knows no engine and the constants are Trinity's.</summary>
internal static class PhiEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapRead("/phi", WriteAsync, "The sacred constants");
        endpoints.MapRead("/phi/decompose", DecomposeAsync, "A number as n × 3^k × π^m × φ^p × e^q", "value");
    }

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

    private static Task DecomposeAsync(HttpContext context)
    {
        var found = SacredSearch.Find(context.Request.Query["value"]);
        return found.Problem is { } problem
            ? ApiError.Invalid("value", "invalid_value", problem).SendAsync(context)
            : JsonReply.SendAsync(context, StatusCodes.Status200OK, found, Write);
    }

    private static void Write(Utf8JsonWriter json, SacredSearchResult found)
    {
        json.WriteStartObject();
        json.WriteNumber("value", found.Value);
        json.WriteNumber("tolerance", found.Bounds.Tolerance);
        json.WritePropertyName("smallest");
        if (found.Smallest is { } smallest)
            Write(json, smallest);
        else
            json.WriteNullValue();
        json.WriteStartArray("best");
        foreach (var best in found.Best)
            Write(json, best);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SacredDecomposition decomposition)
    {
        json.WriteStartObject();
        json.WriteString("formula", decomposition.Formula.ToString());
        json.WriteNumber("n", decomposition.Formula.N);
        json.WriteNumber("k", decomposition.Formula.K);
        json.WriteNumber("m", decomposition.Formula.M);
        json.WriteNumber("p", decomposition.Formula.P);
        json.WriteNumber("q", decomposition.Formula.Q);
        json.WriteNumber("value", decomposition.Value);
        json.WriteNumber("error", decomposition.Error);
        json.WriteEndObject();
    }
}
