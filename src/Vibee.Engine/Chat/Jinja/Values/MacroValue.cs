using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Statements;

namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>A macro and the frame it was defined in.</summary>
internal sealed class MacroValue(MacroDefinition definition, Frame outer) : TemplateObject
{
    public override string TypeName => "Macro";

    public override bool IsCallable => true;

    public override Value GetAttribute(string name) => name switch
    {
        "name" => Value.From(definition.Name),
        "arguments" => Value.Tuple([.. definition.Parameters.Select(p => Value.From(p.Text))]),
        "catch_kwargs" => Value.From(definition.KwArgs is not null),
        "catch_varargs" => Value.From(definition.VarArgs is not null),
        "caller" => Value.From(definition.Caller is not null),
        _ => default,
    };

    public override string ToString() => $"<Macro '{definition.Name}'>";

    public override Value Call(Rendering rendering, in Arguments arguments)
    {
        rendering.Enter();
        rendering.Charge(definition.Parameters.Length + arguments.Positional.Length
            + (long)definition.Parameters.Length * arguments.Named.Length / 8);
        var frame = definition.Entry.NewFrame(rendering, outer);
        BindParameters(frame, arguments);
        definition.Entry.Enter(rendering, frame);
        FillDefaults(rendering, frame);
        var start = rendering.Output.Length;
        definition.Body.Execute(rendering, frame);
        rendering.Leave();
        return Value.From(rendering.Output.Cut(start));
    }

    private void BindParameters(Frame frame, in Arguments arguments)
    {
        var parameters = definition.Parameters;
        var given = arguments.Positional;
        var unused = new List<KeyValuePair<string, Value>>(arguments.Named);
        for (var i = 0; i < parameters.Length; i++)
        {
            var value = i < given.Length ? given[i] : Take(unused, parameters[i].Text);
            parameters[i].Assign(frame, value);
        }

        if (definition.Caller is not null)
        {
            var caller = Take(unused, "caller");
            definition.Caller.Assign(frame, caller.IsMissing ? Value.Undefined("No caller defined") : caller);
        }
        if (definition.KwArgs is not null)
        {
            var named = new OrderedDictionary<Value, Value>(unused.Count);
            foreach (var (name, value) in unused)
                named[Value.From(name)] = value;
            definition.KwArgs.Assign(frame, Value.From(new DictValue(named)));
        }
        else if (unused.Count > 0)
        {
            throw Fault.Runtime(unused.Exists(argument => argument.Key == "caller")
                ? $"macro '{definition.Name}' was invoked with two values for the special caller argument."
                    + " This is most likely a bug."
                : $"macro '{definition.Name}' takes no keyword argument '{unused[0].Key}'");
        }
        if (definition.VarArgs is not null)
            definition.VarArgs.Assign(frame, Value.Tuple(given[Math.Min(parameters.Length, given.Length)..]));
        else if (given.Length > parameters.Length)
            throw Fault.Runtime($"macro '{definition.Name}' takes not more than {parameters.Length} argument(s)");
    }

    /// <summary>In order: a default may use the parameters before it.</summary>
    private void FillDefaults(Rendering rendering, Frame frame)
    {
        var parameters = definition.Parameters;
        var required = parameters.Length - definition.Defaults.Length;
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].IsSet(frame))
                continue;
            parameters[i].Assign(frame, i >= required
                ? definition.Defaults[i - required].Evaluate(rendering, frame)
                : Value.Undefined($"parameter '{parameters[i].Text}' was not provided"));
        }
    }

    private static Value Take(List<KeyValuePair<string, Value>> named, string name)
    {
        var index = named.FindIndex(argument => argument.Key == name);
        if (index < 0)
            return default;
        var value = named[index].Value;
        named.RemoveAt(index);
        return value;
    }
}
