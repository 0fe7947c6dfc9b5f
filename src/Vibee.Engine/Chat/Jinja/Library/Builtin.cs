using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

// self: The value filtered, tested or called on; missing for functions.
// arguments: One by position for every parameter, missing where not given and optional.
internal delegate Value BuiltinBody(Rendering rendering, Value self, Arguments arguments);

/// <summary>A filter, a test, a method or a function.</summary>
internal sealed class Builtin
{
    private readonly BuiltinBody _body;
    private readonly string[]? _parameters;
    private readonly int _required;

    // name: What a template calls it.
    // signature: Parameters by name, with a question mark where optional: "old new count?". A star takes whatever
    // comes, unbound.
    public Builtin(string name, string signature, BuiltinBody body)
    {
        Name = name;
        _body = body;
        if (signature == "*")
            return;
        var parameters = signature.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _required = parameters.Count(p => !p.EndsWith('?'));
        _parameters = [.. parameters.Select(p => p.TrimEnd('?'))];
    }

    public string Name { get; }

    /// <exception cref="TemplateException">The arguments do not fit, or the work fails.</exception>
    public Value Invoke(Rendering rendering, in Value self, in Arguments arguments) =>
        _body(rendering, self, _parameters is null ? arguments : Bind(arguments));

    private Arguments Bind(in Arguments arguments)
    {
        var given = arguments.Positional;
        if (given.Length == _parameters!.Length && arguments.Named.Length == 0)
            return arguments;
        if (given.Length > _parameters.Length)
            throw Fault.Runtime($"{Name}() takes at most {_parameters.Length} arguments ({given.Length} given)");

        var bound = new Value[_parameters.Length];
        given.CopyTo(bound, 0);
        foreach (var (name, value) in arguments.Named)
        {
            var index = Array.IndexOf(_parameters, name);
            if (index < 0)
                throw Fault.Runtime($"{Name}() got an unexpected keyword argument '{name}'");
            if (!bound[index].IsMissing)
                throw Fault.Runtime($"{Name}() got multiple values for argument '{name}'");
            bound[index] = value;
        }
        for (var i = 0; i < _required; i++)
        {
            if (bound[i].IsMissing)
                throw Fault.Runtime($"{Name}() missing required argument: '{_parameters[i]}'");
        }
        return new Arguments(bound, []);
    }
}
