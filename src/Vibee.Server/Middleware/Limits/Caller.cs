using System.Net;
using System.Net.Sockets;
using Vibee.Server.Middleware.Keys;
using Vibee.Server.Requests;

namespace Vibee.Server.Middleware.Limits;

/// <summary>Who sent a request: what it may use, how much of it, and what it is charged.</summary>
/// <remarks>A request has one, a WebSocket with all the requests in it as well; <see cref="AdmitAsync"/> and
/// <see cref="ChargeAsync"/> may be called any number of times and from any thread.</remarks>
internal sealed class Caller
{
    private readonly ApiKey? _key;
    private readonly ILimitStore? _store;
    private readonly Quota _quota;
    private readonly string _client;
    private long _chargedTokens;

    public Caller(HttpContext context, LimitOptions limits, ILimitStore store)
    {
        _key = (context.User.Identity as KeyIdentity)?.Key;
        KeyName = context.User.Identity is { IsAuthenticated: true, Name: var name } ? name ?? "token" : null;
        _client = KeyName is null ? $"address:{Network(context.Connection.RemoteIpAddress)}" : $"{(_key is null ? "token" : "key")}:{KeyName}";
        _store = store;
        _quota = new Quota(
            RateOf(_key?.RequestsPerMinute ?? limits.RequestsPerMinute, limits.RequestBurst),
            RateOf(_key?.TokensPerMinute ?? limits.TokensPerMinute, null));
    }

    private Caller() => _client = "";

    /// <summary>The name of its key, or whom its token is about; null where neither is asked for.</summary>
    public string? KeyName { get; }

    /// <summary>Of its sequences in the queue.</summary>
    public int Priority => _key?.Priority ?? 0;

    /// <summary>Tokens that were charged so far.</summary>
    public long ChargedTokens => Volatile.Read(ref _chargedTokens);

    /// <summary>Who sent the request of this context.</summary>
    public static Caller Of(HttpContext context)
    {
        if (context.Features.Get<Caller>() is { } known)
            return known;
        var anybody = new Caller();
        context.Features.Set(anybody);
        return anybody;
    }

    /// <summary>Whether it may use a model, called by its id.</summary>
    public bool MayUse(string id, ServedModel served) =>
        _key?.Models is not { } models || models.Any(name => served.Resolve(name) == id);

    /// <summary>Asks for one request more and, while that can still be done, tells in headers how it stands.</summary>
    /// <returns>Why it must wait, or null.</returns>
    public async ValueTask<ApiError?> AdmitAsync(HttpContext context)
    {
        if (_store is null || _quota.IsNone)
            return null;
        var standing = await _store.TakeAsync(_client, _quota);
        if (!context.Response.HasStarted)
            LimitHeaders.Write(context.Response.Headers, standing);
        return standing.Granted ? null : LimitHeaders.Refuse(standing);
    }

    /// <summary>Takes what an answer really used from what there is per minute.</summary>
    public ValueTask ChargeAsync(int tokens)
    {
        Interlocked.Add(ref _chargedTokens, tokens);
        return tokens == 0 || _store is null || _quota.Tokens is null ? default : _store.ChargeAsync(_client, _quota, tokens);
    }

    private static Rate? RateOf(int? perMinute, int? capacity) => perMinute is { } rate ? new Rate(rate, capacity ?? rate) : null;

    // Who has one address of IPv6 has the 2^64 beside it too.
    private static string Network(IPAddress? address)
    {
        if (address is null)
            return "local"; // a Unix socket
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }
}
