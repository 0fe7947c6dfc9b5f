using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Server.OpenApi;
using Vibee.Server.Middleware.Connections;

namespace Vibee.Server.Tests;

/// <summary>TLS, Unix sockets, and what connections may cost.</summary>
public sealed class ConnectionTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vibee-tls-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string CertificatePath => Path.Combine(_directory.FullName, "cert.pem");

    private string PrivateKeyPath => Path.Combine(_directory.FullName, "key.pem");

    private ServerOptions WithTls => new() { Connections = new ConnectionOptions { TlsCertificate = CertificatePath, TlsKey = PrivateKeyPath } };

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Tls_Http2AndHttp1_BothAnswer()
    {
        WriteCertificate("one");
        await using var server = await TestServer.StartAsync(options: WithTls);
        foreach (var version in (Version[])[HttpVersion.Version20, HttpVersion.Version11])
        {
            using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{server.Port}/health") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await client.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(version, response.Version);
        }
    }

    [Fact]
    public async Task Tls_FilesChanged_NewHandshakesShowTheNewCertificate_OldConnectionsGoOn()
    {
        WriteCertificate("one");
        var log = new LogLines();
        await using var server = await TestServer.StartAsync(options: WithTls, loggers: log);
        await using var old = await HandshakeAsync(server);
        Assert.Equal("CN=one", old.RemoteCertificate!.Subject);

        // Half of a change, and then nonsense: the old one holds.
        await File.WriteAllTextAsync(CertificatePath, "nonsense", Cancellation);
        await TestServer.UntilAsync(() =>
        {
            Assert.Equal("CN=one", SubjectAsync(server).GetAwaiter().GetResult());
            return log.Lines.Any(line => line.StartsWith("Warning") && line.Contains(CertificatePath));
        });

        WriteCertificate("two");
        await TestServer.UntilAsync(() => SubjectAsync(server).GetAwaiter().GetResult() == "CN=two");

        await old.WriteAsync("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancellation);
        var buffer = new byte[64];
        var count = await old.ReadAsync(buffer, Cancellation);
        Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(buffer, 0, count));
    }

    [Fact]
    public async Task Tls_KeyOfAnotherCertificate_IsRefusedAtTheStart()
    {
        WriteCertificate("one");
        var certificate = await File.ReadAllTextAsync(CertificatePath, Cancellation);
        WriteCertificate("two");
        await File.WriteAllTextAsync(CertificatePath, certificate, Cancellation);
        var refusal = await Assert.ThrowsAsync<IOException>(() => TestServer.StartAsync(options: WithTls));
        Assert.Contains(CertificatePath, refusal.Message);
    }

    [Fact]
    public async Task Tls_WithoutFiles_IsRefusedAtTheStart()
    {
        var refusal = await Assert.ThrowsAnyAsync<IOException>(() => TestServer.StartAsync(options: WithTls));
        Assert.Contains(CertificatePath, refusal.Message);
    }

    [Fact]
    public async Task UnixSocket_IsServed_AlsoWhereAKilledServerLeftOne()
    {
        var path = Path.Combine(_directory.FullName, "vibee.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(path));
            File.Move(path, path + "2"); // or it would be removed with the socket
        }

        File.Move(path + "2", path);
        var options = new ServerOptions { Host = $"unix:{path}", Limits = new() { RequestsPerMinute = 100 } };
        var served = new ServedModel(["m"], [], DateTimeOffset.UnixEpoch);
        await using var server = new VibeeServer(options, served, NullLoggerFactory.Instance);
        await server.StartAsync(Cancellation);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        Assert.Contains("\"m\"", await client.GetStringAsync("http://localhost/v1/models", Cancellation));

        await using var second = new VibeeServer(options, served, NullLoggerFactory.Instance);
        var refusal = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(Cancellation));
        Assert.Contains(path, refusal.Message);
        await server.StopAsync(Cancellation);
    }

    [Fact]
    public async Task UnixSocket_WhereAFileIs_LeavesTheFile()
    {
        var path = Path.Combine(_directory.FullName, "file");
        await File.WriteAllTextAsync(path, "", Cancellation);
        await using var server = new VibeeServer(new ServerOptions { Host = $"unix:{path}" }, new ServedModel(["m"], [], DateTimeOffset.UnixEpoch), NullLoggerFactory.Instance);
        await Assert.ThrowsAsync<IOException>(() => server.StartAsync(Cancellation));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task SlowLoris_HeadersAndBodies_HoldNoSlotAndAreEnded()
    {
        var options = new ServerOptions { Connections = new ConnectionOptions { HeaderTimeout = TimeSpan.FromSeconds(1), MinBodyRate = 1000 } };
        await using var server = await TestServer.StartAsync(options: options);
        var slow = Enumerable.Range(0, 40).Select(i => server.RawAsync(i % 2 == 0
            ? "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Slow: "
            : "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n{")).ToList();

        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync()).Status);
        Assert.Equal(0, server.Model.Loaded is LoadedModel model ? model.Engine.Inside : -1);

        var ends = await Task.WhenAll(slow).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.All(ends, end => Assert.True(end.Length == 0 || end.StartsWith("HTTP/1.1 408"), end));
    }

    [Fact]
    public async Task Idle_ConnectionIsClosed()
    {
        await using var server = await TestServer.StartAsync(options: new ServerOptions { Connections = new ConnectionOptions { IdleTimeout = TimeSpan.FromSeconds(1) } });
        var all = await server.RawAsync("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.StartsWith("HTTP/1.1 200", all);
    }

    [Fact]
    public async Task ConnectionsOfOneAddress_BeyondTheirNumber_AreClosed_UntilOneEnds()
    {
        await using var server = await TestServer.StartAsync(options: new ServerOptions { Connections = new ConnectionOptions { MaxPerAddress = 2 } });
        using var first = await ConnectAsync(server);
        var second = await ConnectAsync(server);
        Assert.True(await AnswersAsync(first));
        Assert.True(await AnswersAsync(second));
        using (var third = await ConnectAsync(server))
            Assert.False(await AnswersAsync(third));

        second.Dispose();
        await TestServer.UntilAsync(() =>
        {
            using var next = ConnectAsync(server).GetAwaiter().GetResult();
            return AnswersAsync(next).GetAwaiter().GetResult();
        });
    }

    [Fact]
    public async Task EveryAnswer_HasSecurityHeaders_AndNoWordAboutTheServer()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in (string[])["/health", "/docs", "/no/such/path", "/v1/models"])
        {
            using var response = await server.Client.GetAsync(path, Cancellation);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Contains("frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Failure_InTheServer_TellsNothingOfItsInside()
    {
        await using var server = await TestServer.StartLoadingAsync(mapMore: routes =>
            routes.MapRead("/broken", _ => throw new IOException("/home/somebody/secret.txt is not there"), "Fails"));
        using var response = await server.Client.GetAsync("/broken", Cancellation);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.DoesNotContain("secret", body);
        Assert.DoesNotContain(" at ", body);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    private void WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(PrivateKeyPath, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
    }

    private static async Task<SslStream> HandshakeAsync(TestServer server)
    {
        var client = await ConnectAsync(server);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await stream.AuthenticateAsClientAsync("localhost");
        return stream;
    }

    private static async Task<string> SubjectAsync(TestServer server)
    {
        await using var stream = await HandshakeAsync(server);
        return stream.RemoteCertificate!.Subject;
    }

    private static async Task<TcpClient> ConnectAsync(TestServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        return client;
    }

    private static async Task<bool> AnswersAsync(TcpClient client)
    {
        try
        {
            await client.GetStream().WriteAsync("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancellation);
            return await client.GetStream().ReadAsync(new byte[16], Cancellation) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
