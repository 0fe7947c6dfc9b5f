namespace Vibee.Engine.Chat.ToolCalls.Reading;

/// <summary>Reads an object with a name and arguments, in whichever order, or a list of such objects.</summary>
internal sealed class JsonCallReader(CallSink sink, bool mayHaveOtherKeys) : CallReader
{
    private readonly JsonSpan _span = new();
    private string _key = "";
    private string? _early; // arguments that came before the name
    private bool _isNamed;
    private bool _hasArguments;
    private bool _isList;
    private State _state = State.Start;

    private enum State
    {
        Start,
        BeforeKey,
        Key,
        Colon,
        BeforeValue,
        Value,
        AfterValue,
        AfterCall,
    }

    private enum Field
    {
        Name,
        Arguments,
        Other,
    }

    public override ReaderState Take(char character)
    {
        if (_state is State.Key or State.Value)
            return TakeIn(character);
        if (char.IsWhiteSpace(character))
            return ReaderState.More;
        switch (_state)
        {
            case State.Start when character == '[' && !_isList:
                _isList = true;
                return ReaderState.More;
            case State.Start when character == '{':
                (_isNamed, _hasArguments, _early) = (false, false, null);
                _state = State.BeforeKey;
                return ReaderState.More;
            case State.BeforeKey when character == '"':
                return Begin(State.Key, character);
            case State.Colon when character == ':':
                _state = State.BeforeValue;
                return ReaderState.More;
            case State.BeforeValue when character is not (',' or '}' or ']' or ':'):
                return Begin(State.Value, character);
            case State.AfterValue when character == ',':
                _state = State.BeforeKey;
                return ReaderState.More;
            case State.AfterValue when character == '}' && _isNamed:
                return End();
            case State.AfterCall when character == ',':
                _state = State.Start;
                return ReaderState.More;
            case State.AfterCall when character == ']':
                return ReaderState.Done;
            default:
                return _state == State.AfterCall ? ReaderState.Ended : ReaderState.Failed;
        }
    }

    public override bool Finish() => _state == State.AfterCall;

    private ReaderState Begin(State state, char character)
    {
        _state = state;
        _span.Clear();
        return TakeIn(character);
    }

    private ReaderState TakeIn(char character)
    {
        var ended = _span.Take(character);
        if (_state == State.Value && Kind == Field.Arguments && _span.IsObject && _isNamed && _early is null)
        {
            sink.Arguments(character);
            _hasArguments = true;
        }

        if (ended is null)
            return ReaderState.More;
        if (!(_state == State.Key ? EndKey() : EndValue()))
            return ReaderState.Failed;
        return ended == true ? ReaderState.More : Take(character);
    }

    private bool EndKey()
    {
        _state = State.Colon;
        if (_span.Unquote() is not { } key)
            return false;
        _key = key;
        return mayHaveOtherKeys || Kind != Field.Other || key is "id" or "type" or "tool_call_id";
    }

    private bool EndValue()
    {
        _state = State.AfterValue;
        switch (Kind)
        {
            case Field.Name when !_isNamed:
                if (_span.Unquote() is not { } name || sink.Begin(name) is null)
                    return false;
                _isNamed = true;
                if (_early is not null)
                    Send(_early);
                return true;
            case Field.Arguments when _hasArguments:
                return _span.IsValid();
            case Field.Arguments:
                return ArgumentsOf() is { } arguments && (_isNamed ? Send(arguments) : (_early = arguments) is not null);
            default:
                return _span.IsValid();
        }
    }

    // Some models write the object into a string, and some null for none.
    private string? ArgumentsOf() =>
        _span.IsObject && _span.IsValid() ? _span.Text
        : _span.IsString ? _span.Unquote() is { } text && JsonString.IsObject(text.Trim()) ? text.Trim() : null
        : _span.Text == "null" ? "{}"
        : null;

    private bool Send(string arguments)
    {
        sink.Arguments(arguments);
        return _hasArguments = true;
    }

    private ReaderState End()
    {
        if (!_hasArguments)
            sink.Arguments("{}");
        _state = State.AfterCall;
        return _isList ? ReaderState.CallDone : ReaderState.Done;
    }

    private Field Kind => _key switch
    {
        "name" or "tool_name" or "function" or "function_name" => Field.Name,
        "arguments" or "parameters" or "args" => Field.Arguments,
        _ => Field.Other,
    };
}
