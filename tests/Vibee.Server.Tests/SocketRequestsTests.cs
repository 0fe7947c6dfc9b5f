using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Vibee.Server.Requests;
using Vibee.Server.WebSockets;

namespace Vibee.Server.Tests;

public class SocketRequestsTests
{
    [Fact]
    public async Task Answer_OnceTheBodyIsRead_HoldsItNoMore()
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        var isHeld = true;
        var requests = new SocketRequests(async context =>
        {
            var (body, _) = await JsonBody.ReadAsync(context.Request, 1 << 20);
            body!.Dispose();
            GC.Collect();
            isHeld = ((WeakReference)context.Items["body"]!).IsAlive;
        }, new Endpoint(null, null, null), services.GetRequiredService<IServiceScopeFactory>());

        await requests.AnswerAsync(Open(requests));
        Assert.False(isHeld);
    }

    // Nothing of this method's is on the stack when it has returned.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static HttpContext Open(SocketRequests requests)
    {
        var body = "{}"u8.ToArray();
        var context = requests.Open(new DefaultHttpContext(), body, new SocketReply("a", null!));
        context.Items["body"] = new WeakReference(body);
        return context;
    }
}
