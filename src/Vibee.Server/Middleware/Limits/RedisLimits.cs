using StackExchange.Redis;

namespace Vibee.Server.Middleware.Limits;

/// <summary>
/// Counts in a Redis, for all servers that use it. Without it each counts for itself: a Redis that is lost refuses nobody
/// and opens nothing.
/// </summary>
internal sealed partial class RedisLimits : ILimitStore, IAsyncDisposable
{
    private const string KeyPrefix = "vibee:limits:";

    /// <summary>Requests wait for Redis so long, once; then they count in memory for <see cref="Pause"/>.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // The two buckets of a client as Bucket has them, in one step and by the clock of Redis, which is one for all servers.
    // A capacity of 0 is no limit. Numbers go out as text: as numbers they would lose their fractions.
    private const string Script = """
        local time = redis.call('TIME')
        local now = time[1] + time[2] / 1000000
        local saved = redis.call('HMGET', KEYS[1], 'at', 'requests', 'tokens')
        local elapsed = math.max(0, now - (tonumber(saved[1]) or now))
        local used = { tonumber(ARGV[5]), tonumber(ARGV[6]) }
        local names, level, granted, full = { 'requests', 'tokens' }, { 0, 0 }, 1, 0
        for i = 1, 2 do
          local rate, capacity = ARGV[2 * i - 1] / 60, tonumber(ARGV[2 * i])
          if capacity > 0 then
            level[i] = math.min(capacity, (tonumber(saved[i + 1]) or capacity) + elapsed * rate)
            if level[i] < 0.999999 then granted = 0 end
          end
        end
        for i = 1, 2 do
          local rate, capacity = ARGV[2 * i - 1] / 60, tonumber(ARGV[2 * i])
          if capacity > 0 then
            if i == 2 or granted == 1 then level[i] = level[i] - used[i] end
            redis.call('HSET', KEYS[1], names[i], level[i])
            full = math.max(full, (capacity - level[i]) / rate)
          end
        end
        redis.call('HSET', KEYS[1], 'at', now)
        redis.call('PEXPIRE', KEYS[1], math.ceil(full * 1000) + 1000)
        return { granted, tostring(level[1]), tostring(level[2]) }
        """;

    private readonly ConfigurationOptions _configuration;
    private readonly LocalLimits _local;
    private readonly ILogger _logger;
    private readonly string _address;
    private ConnectionMultiplexer? _redis;
    private long _pausedUntil; // in Environment.TickCount64
    private int _isLost;

    /// <exception cref="IOException">The address is none.</exception>
    public RedisLimits(string address, LocalLimits local, ILogger logger)
    {
        try
        {
            _configuration = ConfigurationOptions.Parse(address);
        }
        catch (ArgumentException exception)
        {
            throw new IOException($"--redis: {exception.Message}", exception);
        }

        _configuration.AbortOnConnectFail = false; // it connects when Redis comes
        _configuration.BacklogPolicy = BacklogPolicy.FailFast;
        _configuration.ConnectTimeout = (int)Patience.TotalMilliseconds;
        _configuration.AsyncTimeout = (int)Patience.TotalMilliseconds;
        _configuration.ReconnectRetryPolicy = new LinearRetry((int)Pause.TotalMilliseconds);
        _configuration.HeartbeatInterval = Pause;
        // Without what follows the address, which may be a password.
        (_address, _local, _logger) = (string.Join(',', _configuration.EndPoints), local, logger);
    }

    public async Task ConnectAsync()
    {
        _redis = await ConnectionMultiplexer.ConnectAsync(_configuration);
        if (!_redis.IsConnected)
            Lose("it does not answer");
    }

    public async ValueTask<Standing> TakeAsync(string client, Quota quota) =>
        await RunAsync(client, quota, 1, 0) ?? await _local.TakeAsync(client, quota);

    public async ValueTask ChargeAsync(string client, Quota quota, int tokens)
    {
        if (await RunAsync(client, quota, 0, tokens) is null)
            await _local.ChargeAsync(client, quota, tokens);
    }

    public ValueTask DisposeAsync() => _redis?.DisposeAsync() ?? default;

    private async ValueTask<Standing?> RunAsync(string client, Quota quota, int requests, int tokens)
    {
        if (_redis is not { } redis || Environment.TickCount64 < Volatile.Read(ref _pausedUntil))
            return null;
        try
        {
            var result = (RedisValue[]?)await redis.GetDatabase().ScriptEvaluateAsync(Script, [KeyPrefix + client],
            [
                quota.Requests?.PerMinute ?? 0, quota.Requests?.Capacity ?? 0,
                quota.Tokens?.PerMinute ?? 0, quota.Tokens?.Capacity ?? 0,
                requests, tokens,
            ], CommandFlags.NoScriptCache); // one that restarts has forgotten its scripts
            if (result is not [var granted, var requestLevel, var tokenLevel])
                throw new RedisException("it answers something else than it was asked for");
            if (Interlocked.Exchange(ref _isLost, 0) == 1)
                LogBack(_address);
            return new Standing((int)granted == 1, LeftOf(quota.Requests, (double)requestLevel), LeftOf(quota.Tokens, (double)tokenLevel));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Lose(exception.Message);
            return null;
        }
    }

    private void Lose(string reason)
    {
        Volatile.Write(ref _pausedUntil, Environment.TickCount64 + (long)Pause.TotalMilliseconds);
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
            LogLost(_address, reason);
    }

    private static Left? LeftOf(Rate? rate, double level) => rate is { } known ? new Left(known, level) : null;

    [LoggerMessage(LogLevel.Warning, "The Redis at {Address} is lost; until it is back this server counts limits by itself: {Reason}")]
    private partial void LogLost(string address, string reason);

    [LoggerMessage(LogLevel.Information, "The Redis at {Address} is back, and counts limits for all servers again")]
    private partial void LogBack(string address);
}
