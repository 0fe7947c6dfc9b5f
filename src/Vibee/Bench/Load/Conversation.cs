using System.Text.Json;

namespace Vibee.Bench.Load;

/// <summary>
/// What one client says, and was answered. Its words differ from those of every other conversation from the first one
/// on, or from where the shared ones end, so no server can answer from its cache.
/// </summary>
internal sealed class Conversation
{
    private static readonly string[] Words =
        ["bade", "cofi", "dugo", "fema", "gilo", "hanu", "jeko", "lipa", "moru", "nebi", "pusa", "rota", "sili", "tuve", "wako", "zebu"];

    private readonly LoadSettings _settings;
    private readonly Random _random;
    private readonly List<(string Role, string Text)> _messages = [];

    public Conversation(LoadSettings settings, int seed, int number)
    {
        _settings = settings;
        _random = new Random(unchecked(seed * 31 + number * 7919));
        if (settings.SharedWords > 0)
            _messages.Add(("system", Say(new Random(seed), settings.SharedWords)));
    }

    /// <summary>Adds what the user says next.</summary>
    public void Ask()
    {
        var words = _settings.PromptWords - _settings.SharedWords;
        if (words > 0)
            _messages.Add(("user", Say(_random, words)));
    }

    /// <summary>Adds what the server answered.</summary>
    public void Answer(string text) => _messages.Add(("assistant", text));

    /// <summary>Writes all of it as <c>messages</c>, or as one <c>prompt</c>.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        if (!_settings.IsChat)
        {
            // Answers begin with the space that they need.
            json.WriteString("prompt", string.Concat(_messages.Select((message, i) => i > 0 && message.Role == "user" ? " " + message.Text : message.Text)));
            return;
        }

        json.WriteStartArray("messages");
        foreach (var (role, text) in _messages)
        {
            json.WriteStartObject();
            // Some templates refuse a conversation that nobody but the system has a part in.
            json.WriteString("role", _messages.Count == 1 ? "user" : role);
            json.WriteString("content", text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Say(Random random, int words) =>
        string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)]));
}
