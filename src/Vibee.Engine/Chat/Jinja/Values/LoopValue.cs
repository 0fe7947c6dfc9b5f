using Vibee.Engine.Chat.Jinja.Library;
using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>
/// The variable `loop`. Items are fetched one ahead only when the template asks for what comes next, since fetching
/// may evaluate a filter that looks at what the body does.
/// </summary>
/// <param name="items">Owned by the loop statement.</param>
/// <param name="count">−1 when not known without walking.</param>
/// <param name="depth">0 for the outermost.</param>
/// <param name="recurse">Runs the loop over other items, one level deeper; null when it is not recursive.</param>
internal sealed class LoopValue(IEnumerator<Value> items, int count, int depth, Action<Value, int>? recurse)
    : TemplateObject
{
    private readonly Queue<Value> _ahead = new();
    private int _count = count;
    private int _index = -1;
    private Value _previous;
    private Value _current;
    private Value[]? _changed;

    public override string TypeName => "LoopContext";

    public override bool IsCallable => recurse is not null;

    public Value Current => _current;

    public bool MoveNext()
    {
        if (_ahead.Count == 0 && !Fetch())
            return false;
        _previous = _current;
        _current = _ahead.Dequeue();
        _index++;
        return true;
    }

    public override Value GetAttribute(string name) => name switch
    {
        "index" => Value.From(_index + 1),
        "index0" => Value.From(_index),
        "first" => Value.From(_index == 0),
        "last" => Value.From(_ahead.Count == 0 && !Fetch()),
        "length" => Value.From(Count()),
        "revindex" => Value.From(Count() - _index),
        "revindex0" => Value.From(Count() - _index - 1),
        "previtem" => _index > 0 ? _previous : Value.Undefined("there is no previous item"),
        "nextitem" => _ahead.Count > 0 || Fetch() ? _ahead.Peek() : Value.Undefined("there is no next item"),
        "depth" => Value.From(depth + 1),
        "depth0" => Value.From(depth),
        "cycle" => Value.From(new FunctionValue(new Builtin("cycle", "*", Cycle))),
        "changed" => Value.From(new FunctionValue(new Builtin("changed", "*", Changed))),
        _ => default,
    };

    public override string ToString() => $"<LoopContext {_index + 1}/{Count()}>";

    /// <summary>loop(items): what the loop makes of them.</summary>
    public override Value Call(Rendering rendering, in Arguments arguments)
    {
        if (recurse is null)
        {
            throw Fault.Runtime("The loop must have the 'recursive' marker enabled.");
        }
        if (arguments.Positional is not [var inner] || arguments.Named.Length > 0)
            throw Fault.Runtime("loop() takes what to loop over, and nothing else");
        rendering.Enter();
        var start = rendering.Output.Length;
        recurse(inner, depth + 1);
        rendering.Leave();
        return Value.From(rendering.Output.Cut(start));
    }

    private bool Fetch()
    {
        if (!items.MoveNext())
            return false;
        _ahead.Enqueue(items.Current);
        return true;
    }

    private int Count()
    {
        if (_count >= 0)
            return _count;
        while (Fetch())
        {
        }
        return _count = _index + 1 + _ahead.Count;
    }

    private Value Cycle(Rendering rendering, Value self, Arguments arguments) => arguments.Positional.Length == 0
        ? throw Fault.Runtime("no items for cycling given")
        : arguments.Positional[_index % arguments.Positional.Length];

    private Value Changed(Rendering rendering, Value self, Arguments arguments)
    {
        rendering.Charge(arguments.Positional.Sum(value => value.Weight));
        if (_changed is not null && _changed.AsSpan().SequenceEqual(arguments.Positional))
            return Value.False;
        _changed = arguments.Positional;
        return Value.True;
    }
}
