namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>Why a value is undefined; becomes a message only if somebody uses the value.</summary>
internal sealed class UndefinedReason
{
    private readonly string? _hint;
    private readonly Value _owner;
    private readonly Value _name;

    public UndefinedReason(string hint) => _hint = hint;

    private UndefinedReason(Value owner, Value name) => (_owner, _name) = (owner, name);

    public static UndefinedReason Variable(string name) => new(default, Value.From(name));

    /// <param name="owner">What was asked for the attribute or element.</param>
    /// <param name="name">A name, an index, any key.</param>
    public static UndefinedReason Member(in Value owner, in Value name) => new(owner, name);

    public string Message
    {
        get
        {
            if (_hint is not null)
                return _hint;
            if (_owner.IsMissing)
                return $"'{_name.AsText}' is undefined";
            var owner = TypeNames.Describe(_owner);
            return _name.IsText
                ? $"'{owner}' has no attribute {Formatting.PythonText.ShortRepr(_name)}"
                : $"{owner} has no element {Formatting.PythonText.ShortRepr(_name)}";
        }
    }

    public TemplateException Fault() => Jinja.Fault.Runtime(Message);
}
