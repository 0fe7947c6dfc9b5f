using Vibee.Engine.Chat.Jinja.Library;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>
/// x.name and x[key] as the sandbox has them: x.name looks for an attribute, then for an item; x[key] the other way
/// round; what neither has is undefined, and so is what the sandbox forbids.
/// </summary>
internal static class Attributes
{
    public static Value Get(Rendering rendering, in Value owner, string name)
    {
        if (owner.IsUndefined)
            throw owner.AsUndefined.Fault();
        var attribute = FindAttribute(owner, name);
        if (!attribute.IsMissing)
            return attribute;
        var key = Value.From(name);
        if (owner.Kind == ValueKind.Dict && owner.AsDict.TryGet(rendering, key, out var item))
            return item;
        return Value.Undefined(UndefinedReason.Member(owner, key));
    }

    public static Value GetItem(Rendering rendering, in Value owner, in Value key)
    {
        switch (owner.Kind)
        {
            case ValueKind.Undefined:
                throw owner.AsUndefined.Fault();
            case ValueKind.Dict:
                if (key.Kind is not (ValueKind.List or ValueKind.Dict) && owner.AsDict.TryGet(rendering, key, out var item))
                    return item;
                break;
            case ValueKind.List or ValueKind.Tuple or ValueKind.Text or ValueKind.Range when key.IsInteger:
                rendering.ChargeIndexing(owner);
                var count = Iteration.CountOf(owner);
                var index = (long)key.AsIndex();
                if (index < 0)
                    index += count;
                if (index < 0 || index >= count)
                    break;
                return owner.Kind switch
                {
                    ValueKind.Text => TextIndex.At(owner.AsText, (int)index),
                    ValueKind.Range => owner.AsRange[(int)index],
                    _ => owner.AsList[(int)index],
                };
        }
        var attribute = key.IsText ? FindAttribute(owner, key.AsText) : default;
        return attribute.IsMissing ? Value.Undefined(UndefinedReason.Member(owner, key)) : attribute;
    }

    private static Value FindAttribute(in Value owner, string name)
    {
        if (owner.Kind == ValueKind.Object)
        {
            var attribute = owner.AsObject.GetAttribute(name);
            if (!attribute.IsMissing)
                return attribute;
        }
        else if (owner.Kind == ValueKind.Tuple && owner.AsList.IsGroup && name is ("grouper" or "list"))
        {
            return owner.AsList[name == "list" ? 1 : 0];
        }
        else if (Methods.Find(owner.Kind, name) is { } method)
        {
            return Value.From(new FunctionValue(method, owner));
        }
        else if (NumberAttributes.Find(owner, name) is { IsMissing: false } number)
        {
            return number;
        }
        return Methods.IsForbidden(owner.Kind, name)
            ? Value.Undefined($"access to attribute '{name}' of '{TypeNames.Of(owner)}' object is unsafe.")
            : default;
    }
}
