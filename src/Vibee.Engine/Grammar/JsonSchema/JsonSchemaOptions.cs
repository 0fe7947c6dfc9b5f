namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>How JSON that follows a schema is written.</summary>
public sealed record JsonSchemaOptions
{
    public PropertyOrder PropertyOrder { get; init; } = PropertyOrder.Schema;

    public JsonWhitespace Whitespace { get; init; } = JsonWhitespace.Flexible;
}

/// <summary>In which order the properties of an object may come.</summary>
public enum PropertyOrder
{
    /// <summary>As the schema lists them, others after them: what a model is asked to generate.</summary>
    Schema,

    /// <summary>Any: what a validator accepts.</summary>
    Any,
}

/// <summary>What may stand between the tokens of JSON. There is always a limit: a model must not loop on blanks.</summary>
public enum JsonWhitespace
{
    /// <summary>A space, or a line break and up to 32 spaces or tabs.</summary>
    Flexible,

    /// <summary>Nothing.</summary>
    Compact,
}
