using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Vibee.Server.Middleware.Connections;

/// <summary>Closes connections of an address that has as many as it may.</summary>
internal sealed partial class ConnectionCounter(int most, ILogger logger)
{
    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    public ConnectionDelegate Wrap(ConnectionDelegate next) => connection =>
        connection.RemoteEndPoint is IPEndPoint { Address: var address } ? CountAsync(next, connection, address) : next(connection);

    private async Task CountAsync(ConnectionDelegate next, ConnectionContext connection, IPAddress address)
    {
        try
        {
            if (_open.AddOrUpdate(address, 1, static (_, count) => count + 1) > most)
                LogTooMany(address, most);
            else
                await next(connection);
        }
        finally
        {
            if (_open.AddOrUpdate(address, 0, static (_, count) => count - 1) == 0)
                _open.TryRemove(new(address, 0));
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Address} has {Most} connections and gets no more (--max-connections-per-address)")]
    private partial void LogTooMany(IPAddress address, int most);
}
