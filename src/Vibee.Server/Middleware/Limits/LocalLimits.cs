using System.Collections.Concurrent;

namespace Vibee.Server.Middleware.Limits;

/// <summary>Counts in memory.</summary>
internal sealed class LocalLimits(TimeProvider time) : ILimitStore
{
    // Who has everything again is as one who never came, so forgetting such clients bounds what a million addresses cost
    // to those of the last minute or so.
    private const int SweepEvery = 1024;

    private readonly ConcurrentDictionary<string, Account> _accounts = new();
    private readonly long _start = time.GetTimestamp();
    private int _opened;

    /// <summary>Clients that are remembered.</summary>
    public int Count => _accounts.Count;

    public ValueTask<Standing> TakeAsync(string client, Quota quota)
    {
        while (true)
        {
            var account = Open(client);
            lock (account)
            {
                if (account.IsClosed)
                    continue;
                account.Refill(quota, Now);
                return new(account.Take());
            }
        }
    }

    public ValueTask ChargeAsync(string client, Quota quota, int tokens)
    {
        while (true)
        {
            var account = Open(client);
            lock (account)
            {
                if (account.IsClosed)
                    continue;
                account.Refill(quota, Now);
                account.Tokens?.Take(tokens);
                return default;
            }
        }
    }

    private double Now => time.GetElapsedTime(_start).TotalSeconds;

    private Account Open(string client)
    {
        if (_accounts.TryGetValue(client, out var known))
            return known;
        if (Interlocked.Increment(ref _opened) % SweepEvery == 0)
            Sweep();
        return _accounts.GetOrAdd(client, new Account());
    }

    private void Sweep()
    {
        foreach (var entry in _accounts)
        {
            lock (entry.Value)
            {
                if (entry.Value.IsFull(Now) && _accounts.TryRemove(entry))
                    entry.Value.IsClosed = true;
            }
        }
    }

    /// <summary>A client's buckets. To be locked.</summary>
    private sealed class Account
    {
        public Bucket? Requests { get; private set; }

        public Bucket? Tokens { get; private set; }

        /// <summary>It is not in the dictionary any more.</summary>
        public bool IsClosed { get; set; }

        /// <summary>Limits of a key may change while it is in use; then it begins anew.</summary>
        public void Refill(Quota quota, double now)
        {
            Requests = Fit(Requests, quota.Requests, now);
            Tokens = Fit(Tokens, quota.Tokens, now);
            Refill(now);
        }

        public Standing Take()
        {
            var granted = Requests?.HasOne != false && Tokens?.HasOne != false;
            if (granted)
                Requests?.Take(1);
            return new Standing(granted, LeftOf(Requests), LeftOf(Tokens));
        }

        public bool IsFull(double now)
        {
            Refill(now);
            return Requests?.IsFull != false && Tokens?.IsFull != false;
        }

        private void Refill(double now)
        {
            Requests?.Refill(now);
            Tokens?.Refill(now);
        }

        private static Bucket? Fit(Bucket? bucket, Rate? rate, double now) =>
            rate is not { } wanted ? null : bucket?.Rate == wanted ? bucket : new Bucket(wanted, now);

        private static Left? LeftOf(Bucket? bucket) => bucket is null ? null : new Left(bucket.Rate, bucket.Level);
    }
}
