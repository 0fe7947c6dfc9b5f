using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

/// <summary>(a, b, name=c, *more, **named)</summary>
internal sealed record ArgumentList(
    Expression[] Positional, (string Name, Expression Value)[] Named, Expression? Star, Expression? DoubleStar)
{
    public static ArgumentList Empty { get; } = new([], [], null, null);

    public Arguments Evaluate(Rendering rendering, Frame frame)
    {
        var positional = Positional.Length == 0 ? [] : new Value[Positional.Length];
        for (var i = 0; i < positional.Length; i++)
            positional[i] = Positional[i].Evaluate(rendering, frame);
        var named = Named.Length == 0 ? [] : new KeyValuePair<string, Value>[Named.Length];
        for (var i = 0; i < named.Length; i++)
            named[i] = new(Named[i].Name, Named[i].Value.Evaluate(rendering, frame));

        if (Star is not null)
            positional = [.. positional, .. Iteration.ToArray(rendering, Star.Evaluate(rendering, frame))];
        if (DoubleStar is not null)
            named = [.. named, .. Spread(rendering, DoubleStar.Evaluate(rendering, frame))];
        return new Arguments(positional, named);
    }

    private static IEnumerable<KeyValuePair<string, Value>> Spread(Rendering rendering, Value source)
    {
        if (source.Kind != ValueKind.Dict)
            throw Fault.Runtime($"argument after ** must be a mapping, not {TypeNames.Of(source)}");
        rendering.Charge(source.AsDict.Count);
        foreach (var (key, value) in source.AsDict.Items)
        {
            if (!key.IsText)
                throw Fault.Runtime("keywords must be strings");
            yield return new(key.AsText, value);
        }
    }
}
