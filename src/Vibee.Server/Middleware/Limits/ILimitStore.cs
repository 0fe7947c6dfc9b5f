namespace Vibee.Server.Middleware.Limits;

/// <summary>Counts what clients use. Each call is one step: of any number of clients at once exactly as many are granted
/// as the limit says.</summary>
/// <remarks>Threads: any.</remarks>
internal interface ILimitStore
{
    /// <summary>Takes one request, if there is one left, and tokens are left as well.</summary>
    ValueTask<Standing> TakeAsync(string client, Quota quota);

    /// <summary>Takes tokens that were used, whether they are left or not.</summary>
    ValueTask ChargeAsync(string client, Quota quota, int tokens);
}
