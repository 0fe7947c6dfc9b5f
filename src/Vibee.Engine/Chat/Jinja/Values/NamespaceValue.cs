using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>namespace(): the one thing a template can change. Lives within one render, so on one thread.</summary>
internal sealed class NamespaceValue : TemplateObject
{
    private readonly OrderedDictionary<string, Value> _items = [];

    public NamespaceValue(Rendering rendering, in Arguments arguments)
    {
        if (arguments.Positional.Length > 1)
            throw Fault.Runtime($"namespace expected at most 1 argument, got {arguments.Positional.Length}");
        if (arguments.Positional is [var source])
        {
            foreach (var (key, value) in DictFactory.From(rendering, source).Items)
            {
                if (key.IsText)
                    _items[key.AsText] = value;
            }
        }
        foreach (var (name, value) in arguments.Named)
            _items[name] = value;
    }

    public override string TypeName => "Namespace";

    public OrderedDictionary<string, Value> Items => _items;

    public override Value GetAttribute(string name) => _items.GetValueOrDefault(name);

    public void Set(string name, in Value value) => _items[name] = value;
}
