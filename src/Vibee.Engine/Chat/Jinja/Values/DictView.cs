namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>What keys(), values() or items() of a dict returns.</summary>
internal sealed class DictView(DictValue dict, DictViewPart part)
{
    public DictValue Dict => dict;

    public DictViewPart Part => part;

    public int Count => dict.Count;

    public IEnumerable<Value> Items()
    {
        foreach (var (key, value) in dict.Items)
        {
            yield return part switch
            {
                DictViewPart.Keys => key,
                DictViewPart.Values => value,
                _ => Value.Tuple(key, value),
            };
        }
    }
}

internal enum DictViewPart
{
    Keys,
    Values,
    Items,
}
