using System.Text;

namespace Vibee.Engine.Chat.ToolCalls.Reading;

/// <summary>Reads arguments that stand between tags, and writes them as JSON. Text is delivered as it comes; what may be
/// something else, when its tag is closed.</summary>
internal sealed class MarkupCallReader(CallSink sink, MarkupCalls syntax) : CallReader
{
    private const int LongestHead = 256;

    private readonly StringBuilder _text = new();
    private ToolDefinition? _tool;
    private State _state;
    private bool _isText;
    private bool _any;
    private int _sent; // of a text

    private enum State
    {
        Name,
        Between,
        Key,
        Value,
    }

    public override ReaderState Take(char character)
    {
        if (_text.Length == 0 && _state is (State.Name or State.Between) && char.IsWhiteSpace(character))
            return ReaderState.More;
        if (_state == State.Name && syntax.Separator.Length == 0 && !CallName.IsPartOfName(character))
            return BeginCall(_text.ToString()) == ReaderState.Failed ? ReaderState.Failed : Take(character);
        _text.Append(character);
        return _state switch
        {
            State.Name => TakeName(),
            State.Between => TakeMark(),
            State.Key => TakeKey(),
            _ => TakeValue(),
        };
    }

    private ReaderState TakeName()
    {
        if (_text.Length > LongestHead)
            return ReaderState.Failed;
        return syntax.Separator.Length > 0 && _text.EndsWith(syntax.Separator)
            ? BeginCall(_text.ToString(0, _text.Length - syntax.Separator.Length))
            : ReaderState.More;
    }

    private ReaderState BeginCall(string head)
    {
        _tool = sink.Begin(CallName.Of(head));
        _text.Clear();
        _state = State.Between;
        return _tool is null ? ReaderState.Failed : ReaderState.More;
    }

    private ReaderState TakeMark()
    {
        var mark = _text.ToString();
        if (mark == syntax.Close)
        {
            sink.Arguments(_any ? "}" : "{}");
            return ReaderState.Done;
        }

        if (mark == syntax.Key)
        {
            _text.Clear();
            _state = State.Key;
            return ReaderState.More;
        }

        return syntax.Close.StartsWith(mark, StringComparison.Ordinal) || syntax.Key.StartsWith(mark, StringComparison.Ordinal)
            ? ReaderState.More
            : ReaderState.Failed;
    }

    private ReaderState TakeKey()
    {
        if (_text.Length > LongestHead)
            return ReaderState.Failed;
        if (!_text.EndsWith(syntax.Value))
            return ReaderState.More;
        var head = _text.ToString(0, _text.Length - syntax.Value.Length);
        var key = head.AsSpan().IndexOfAny('"', '<', '\n') is >= 0 and var end ? head[..end].Trim() : head.Trim();
        _isText = _tool!.IsText(key);
        sink.Arguments($"{(_any ? ", " : "{")}{JsonString.Quote(key)}: {(_isText ? "\"" : "")}");
        _any = true;
        _sent = 0;
        _text.Clear();
        _state = State.Value;
        return ReaderState.More;
    }

    private ReaderState TakeValue()
    {
        if (!_text.EndsWith(syntax.End))
        {
            if (_isText)
                Send(_text.Length - HeldBack());
            return ReaderState.More;
        }

        _text.Length -= syntax.End.Length;
        if (syntax.Padding.Length > 0 && _text.Length > First && _text.EndsWith(syntax.Padding))
            _text.Length -= syntax.Padding.Length;
        if (_isText)
        {
            Send(_text.Length);
            sink.Arguments('"');
        }
        else
        {
            sink.Arguments(JsonString.ValueOrQuote(_text.ToString(First, _text.Length - First)));
        }

        _text.Clear();
        _state = State.Between;
        return ReaderState.More;
    }

    /// <summary>Where the value begins, behind the padding.</summary>
    private int First => syntax.Padding.Length > 0 && _text.Length > 0 && _text[0] == syntax.Padding[0] ? syntax.Padding.Length : 0;

    private void Send(int end)
    {
        var start = Math.Max(_sent, First);
        if (end <= start)
            return;
        sink.Arguments(JsonString.Escape(_text.ToString(start, end - start)));
        _sent = end;
    }

    /// <summary>The longest end of the text with which the padding and the closing tag begin.</summary>
    private int HeldBack()
    {
        foreach (var end in (string[])[syntax.Padding + syntax.End, syntax.End])
        {
            for (var length = Math.Min(end.Length - 1, _text.Length); length > 0; length--)
            {
                if (_text.EndsWith(end[..length]))
                    return length;
            }
        }

        return 0;
    }
}
