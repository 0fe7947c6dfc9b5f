using System.Text.Json;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>
/// A condition on a JSON value: a schema, or several combined. What it means (<see cref="Shape"/>) is worked out when it
/// is asked for, so that schemas may refer to themselves.
/// </summary>
internal abstract class Formula
{
    public int Id { get; set; }

    public Shape? Shape { get; set; }

    /// <summary>Known once it was worked out.</summary>
    public bool? IsEmpty { get; set; }

    internal sealed class Always : Formula;

    internal sealed class Never : Formula;

    /// <summary>A schema at a place of the document.</summary>
    internal sealed class Literal(JsonElement schema, string pointer) : Formula
    {
        public JsonElement Schema => schema;

        public string Pointer => pointer;
    }

    /// <summary>One value.</summary>
    internal sealed class Constant(JsonElement value) : Formula
    {
        public JsonElement Value => value;
    }

    /// <summary>A meaning without a schema.</summary>
    internal sealed class Given : Formula;

    internal sealed class All(Formula[] parts) : Formula
    {
        public Formula[] Parts => parts;
    }

    internal sealed class Any(Formula[] parts) : Formula
    {
        public Formula[] Parts => parts;
    }

    internal sealed class Not(Formula inner) : Formula
    {
        public Formula Inner => inner;
    }
}
