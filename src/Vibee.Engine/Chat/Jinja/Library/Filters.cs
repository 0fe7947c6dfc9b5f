using System.Collections.Frozen;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>All filters by name. Those of jinja2 that are random or speak HTML (random, urlize, xmlattr) are not
/// there: no prompt is made of them.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Builtin> All = Enumerable.Empty<Builtin>()
        .Concat(TextFilters.All)
        .Concat(LayoutFilters.All)
        .Concat(ValueFilters.All)
        .Concat(ListFilters.All)
        .Concat(SelectionFilters.All)
        .ToFrozenDictionary(f => f.Name);

    private static readonly FrozenDictionary<string, Builtin> Aliases = new Dictionary<string, Builtin>
    {
        ["d"] = All["default"],
        ["e"] = All["escape"],
        ["count"] = All["length"],
    }.ToFrozenDictionary();

    public static Builtin? Find(string name) => All.GetValueOrDefault(name) ?? Aliases.GetValueOrDefault(name);
}
