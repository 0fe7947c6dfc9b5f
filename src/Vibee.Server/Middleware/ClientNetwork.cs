using System.Net;
using System.Net.Sockets;

namespace Vibee.Server.Middleware;

/// <summary>What one client has of addresses, so that it counts as one.</summary>
internal static class ClientNetwork
{
    private const int HostBytes = 8;

    /// <summary>An address of IPv4; of IPv6 the first of its /64, since who has one of those has the 2^64 beside it too.</summary>
    public static IPAddress Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(HostBytes).Clear();
        return new IPAddress(bytes);
    }
}
