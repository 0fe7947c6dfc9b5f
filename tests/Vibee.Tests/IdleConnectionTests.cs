using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Vibee.Tests;

/// <summary>Thousands of clients that are connected and silent, while others are served. Not part of the one test command;
/// docs/performance.md has the command and what it showed.</summary>
public sealed class IdleConnectionTests
{
    private const int Half = 5000;
    private const int MostMegabytes = 300;

    private const string Chat = """{"messages":[{"role":"user","content":"Hello!"}],"stream":true}""";

    private static readonly TimeSpan Held = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Serve_TenThousandIdleConnections_InLittleMemoryWhileOthersAreServed()
    {
        var (process, client) = await VibeeProcess.ServeAsync("--idle-seconds", "600");
        await using var _ = process;
        var port = client.BaseAddress!.Port;
        await AskAsync(client);
        var before = Resident(process.Id);

        var connections = new List<Socket>(2 * Half);
        try
        {
            for (var i = 0; i < Half; i++)
            {
                connections.Add(await OpenAsync(port, StreamRequest, "data: [DONE]"));
                connections.Add(await OpenAsync(port, UpgradeRequest, "\r\n\r\n"));
            }

            var open = Resident(process.Id);
            var (served, slowest) = (0, TimeSpan.Zero);
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < Held; served++)
            {
                var started = clock.Elapsed;
                await AskAsync(client);
                slowest = clock.Elapsed - started > slowest ? clock.Elapsed - started : slowest;
            }

            var metrics = await client.GetStringAsync("/metrics", Cancellation);
            var (after, most) = (Resident(process.Id), Resident(process.Id, "VmHWM"));
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{2 * Half} connections: {before} MB before, {open} MB with all of them, {after} MB after {Held.TotalSeconds} s, at most {most} MB; meanwhile {served} chats, the slowest {slowest.TotalMilliseconds:F0} ms");
            Assert.Contains($"\nigla_websockets {Half}\n", metrics);
            Assert.All(connections.Where((_, i) => i % 2 == 0), stream => Assert.False(stream.Poll(0, SelectMode.SelectRead), "The server closed a connection."));
            Assert.True(most < MostMegabytes, $"{most} MB");
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static string StreamRequest => $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {Chat.Length}\r\n\r\n{Chat}";

    private static string UpgradeRequest =>
        "GET /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    /// <summary>A connection on which something was asked and answered, and which stays open.</summary>
    private static async Task<Socket> OpenAsync(int port, string request, string end)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        var buffer = new byte[8192];
        var length = 0;
        while (!Encoding.ASCII.GetString(buffer, 0, length).Contains(end, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(length), Cancellation);
            Assert.True(count > 0, Encoding.ASCII.GetString(buffer, 0, length));
            length += count;
        }

        // The end of a chunked body may come by itself.
        while (end[0] == 'd' && !Encoding.ASCII.GetString(buffer, 0, length).EndsWith("0\r\n\r\n", StringComparison.Ordinal))
            length += await socket.ReceiveAsync(buffer.AsMemory(length), Cancellation);
        return socket;
    }

    private static async Task AskAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/v1/chat/completions", new StringContent(Chat, Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await response.Content.ReadAsByteArrayAsync(Cancellation);
    }

    // In megabytes, as Linux says.
    private static long Resident(int process, string line = "VmRSS") =>
        long.Parse(Regex.Match(File.ReadAllText($"/proc/{process}/status"), line + @":\s+(\d+) kB").Groups[1].Value) >> 10;
}
