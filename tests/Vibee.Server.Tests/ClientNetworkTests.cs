using System.Net;
using Vibee.Server.Middleware;

namespace Vibee.Server.Tests;

public class ClientNetworkTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("fe80::1%2", "fe80::")]
    [InlineData("::1", "::")]
    public void Of_Address_IsWhatOneClientHas(string address, string network) =>
        Assert.Equal(IPAddress.Parse(network), ClientNetwork.Of(IPAddress.Parse(address)));
}
