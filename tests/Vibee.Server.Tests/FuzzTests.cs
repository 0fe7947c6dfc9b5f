using System.Globalization;
using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Vibee.Engine;
using Vibee.Engine.Runners;

namespace Vibee.Server.Tests;

/// <summary>Damaged requests to every endpoint of the server's own list: whatever comes in, the answer is a 2xx or a 4xx,
/// it comes, and no slot stays busy.</summary>
public class FuzzTests
{
    private const int Requests = 24_000;
    private const int AtATime = 16;

    // Always the same requests, unless somebody asks for others.
    private static readonly ulong Seed =
        ulong.Parse(Environment.GetEnvironmentVariable("VIBEE_FUZZ_SEED") ?? "7", CultureInfo.InvariantCulture);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task DamagedRequests_ToEveryEndpoint_NeverHarmTheServer()
    {
        var capacity = new RunnerCapacity(Slots: 8, BatchTokens: 256, ContextLength: 160, KvCells: 8 * 160);
        await using var server = await TestServer.StartAsync(MockRunner.Create(capacity), maxQueue: 1 << 20);
        var operations = ApiDocument.Parse(await server.GetTextAsync("/openapi.json")).Operations;
        Assert.True(operations.Count > 20, "The server lists too few endpoints.");

        // What reads no body has little that could go wrong.
        var bodies = operations.Where(operation => operation.Method == "POST").ToList();
        var share = (Requests - 50 * (operations.Count - bodies.Count)) / bodies.Count + 1;
        var requests = operations.SelectMany((operation, i) => Make(operation, operation.Method == "POST" ? share : 50, Seed + (ulong)i)).ToList();
        Assert.True(requests.Count >= Requests);

        var statuses = new int[600];
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = TestContext.Current.CancellationToken },
            async (request, cancellation) => Interlocked.Increment(ref statuses[(int)await SendAsync(server, request)]));

        await TestServer.UntilAsync(() => server.Metrics is { SlotsInUse: 0, QueueLength: 0 });
        Assert.True(statuses[200] > Requests / 20, $"Only {statuses[200]} requests were good enough to be answered.");
        Assert.Equal("Hello! I am iGLA assistant.", (string?)(await server.ChatAsync()).Json["choices"]![0]!["message"]!["content"]);
    }

    private static IEnumerable<Request> Make(ApiOperation operation, int count, ulong seed)
    {
        var url = operation.Path.Contains('{') || operation.Method == "GET"
            ? from word in Fuzz.Word() from query in Fuzz.Word() select new Request(operation.Method, $"{operation.Path.Replace("{id}", word, StringComparison.Ordinal)}?value={query}", null)
            : from body in Fuzz.Body(operation) select new Request(operation.Method, operation.Path, body);
        return url.Sample(count, new Rnd(seed, 1), 30);
    }

    private static async Task<HttpStatusCode> SendAsync(TestServer server, Request request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Url);
        if (request.Body is not null)
            message.Content = new ByteArrayContent(request.Body);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            // Some do not stay to read the answer.
            using var response = await server.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var text = request.Body is [.., var last] && last % 32 == 0 ? "" : await response.Content.ReadAsStringAsync(patience.Token);
            // 501 is what endpoints for another kind of model say.
            Assert.True((int)response.StatusCode is 200 or 501 or (>= 400 and < 500), $"{response.StatusCode} for {request}: {text}");
            return response.StatusCode;
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException)
        {
            throw new InvalidOperationException($"No answer to {request}: {exception.Message}", exception);
        }
    }

    private sealed record Request(string Method, string Url, byte[]? Body)
    {
        public override string ToString() => $"{Method} {Url} {(Body is null ? "" : Encoding.UTF8.GetString(Body))}";
    }
}
