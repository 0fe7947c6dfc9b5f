using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>What a call passes: by position and by name, in the order written.</summary>
internal readonly struct Arguments(Value[] positional, KeyValuePair<string, Value>[] named)
{
    public static Arguments Empty { get; } = new([], []);

    public Value[] Positional { get; } = positional;

    public KeyValuePair<string, Value>[] Named { get; } = named;

    public Value Find(string name)
    {
        foreach (var (key, value) in Named)
        {
            if (key == name)
                return value;
        }
        return default;
    }

    /// <summary>All but the first <paramref name="count"/> by position: what map and select pass on.</summary>
    public Arguments After(int count) => new(Positional[Math.Min(count, Positional.Length)..], Named);
}
