using System.CommandLine;
using System.Globalization;
using Vibee.Server.Middleware.Keys;

namespace Vibee;

/// <summary><c>vibee keys</c>: makes, shows and revokes the keys of a file. A server that reads the file follows at once.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "Makes, lists and revokes API keys") { CreateNew(), CreateList(), CreateRevoke() };

    private static Command CreateNew()
    {
        var name = NameArgument();
        var file = FileOption();
        var expires = new Option<string?>("--expires") { Description = "When it ends: 30d, 12h, or a date such as 2030-12-31 (default: never)" };
        var models = Setting.Texts("--models", "Models that it opens, by id or alias, with commas between (default: all)");
        var requests = Setting.OptionalNumber("--requests-per-minute", 1, 1_000_000, "Its requests, instead of the server's limit");
        var tokens = Setting.OptionalNumber("--tokens-per-minute", 1, 1_000_000_000, "Likewise its tokens");
        var priority = Setting.Number("--priority", 0, ApiKey.LeastPriority, ApiKey.MostPriority, "In the queue: more is served sooner");
        var command = new Command("new", "Makes a key and prints it, this once") { name, file, expires, models, requests, tokens, priority };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(file) is not { } path)
                return NoFile();
            DateTimeOffset? end = null;
            if (parsed.GetValue(expires) is { } text && (end = ParseEnd(text, DateTimeOffset.UtcNow)) is null)
                return Failure.Usage([$"--expires {text}: must be a time to come, such as 30d, 12h or 2030-12-31"]);

            var secret = ApiKey.Generate();
            var key = new ApiKey(parsed.GetValue(name)!, ApiKey.HashOf(secret))
            {
                Created = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()),
                Expires = end,
                Models = parsed.GetValue(models) is { Length: > 0 } names ? names : null,
                RequestsPerMinute = parsed.GetValue(requests),
                TokensPerMinute = parsed.GetValue(tokens),
                Priority = parsed.GetValue(priority),
            };
            return Change(path, keys => keys.Any(other => other.Name == key.Name)
                ? throw new IOException($"{path} has a key '{key.Name}' already; vibee keys revoke {key.Name} takes it away")
                : [.. keys, key], () =>
            {
                Console.Out.WriteLine(secret);
                Console.Error.WriteLine($"This is the key of '{key.Name}'. It is not kept anywhere, {path} has only its hash.");
            });
        });
        return command;
    }

    private static Command CreateRevoke()
    {
        var name = NameArgument();
        var file = FileOption();
        var command = new Command("revoke", "Takes a key away; servers that read the file refuse it from then on") { name, file };
        command.SetAction(parsed =>
        {
            var revoked = parsed.GetValue(name)!;
            return parsed.GetValue(file) is not { } path ? NoFile() : Change(path, keys => keys.Any(key => key.Name == revoked)
                ? [.. keys.Where(key => key.Name != revoked)]
                : throw new IOException($"{path} has no key '{revoked}'; vibee keys list shows those it has"), () => { });
        });
        return command;
    }

    private static Command CreateList()
    {
        var file = FileOption();
        var command = new Command("list", "Shows the keys of the file, but not what they are") { file };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(file) is not { } path)
                return NoFile();
            try
            {
                foreach (var key in KeyFile.Read(path))
                    Console.Out.WriteLine(Show(key, DateTimeOffset.UtcNow));
                return 0;
            }
            catch (IOException exception)
            {
                return Failure.Run(exception.Message);
            }
        });
        return command;
    }

    private static int Change(string path, Func<IReadOnlyList<ApiKey>, IReadOnlyList<ApiKey>> change, Action done)
    {
        try
        {
            KeyFile.Change(path, change);
            done();
            return 0;
        }
        catch (IOException exception)
        {
            return Failure.Run(exception.Message);
        }
    }

    private static string Show(ApiKey key, DateTimeOffset now)
    {
        IEnumerable<string?> parts =
        [
            key.Name,
            key.Created is { } created ? $"since {Date(created)}" : null,
            key.Expires is { } end ? $"{(end <= now ? "expired" : "until")} {Date(end)}" : null,
            key.Models is { } models ? $"models {string.Join(',', models)}" : null,
            key.RequestsPerMinute is { } requests ? $"{requests} requests/min" : null,
            key.TokensPerMinute is { } tokens ? $"{tokens} tokens/min" : null,
            key.Priority != 0 ? $"priority {key.Priority}" : null,
        ];
        return string.Join("  ", parts.Where(part => part is not null));
    }

    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    /// <summary>The time that is meant, or null if there is none or it has passed.</summary>
    internal static DateTimeOffset? ParseEnd(string text, DateTimeOffset now)
    {
        DateTimeOffset end;
        if (text.Length > 1 && text[^1] is ('d' or 'h') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count < 100_000)
            end = now + (text[^1] == 'd' ? TimeSpan.FromDays(count) : TimeSpan.FromHours(count));
        else if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out end))
            return null;
        return end > now ? end : null;
    }

    private static int NoFile() => Failure.Usage(["--api-key-file FILE is needed: where the keys are kept"]);

    private static Argument<string> NameArgument() => new("name") { Description = "What the key is called, in logs and here" };

    private static Option<string?> FileOption() => Setting.Text("--api-key-file", "The file of keys, the same as the server's");
}
