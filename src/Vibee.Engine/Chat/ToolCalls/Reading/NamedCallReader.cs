using System.Text;

namespace Vibee.Engine.Chat.ToolCalls.Reading;

/// <summary>Reads a name, a separator, and arguments as one JSON object.</summary>
internal sealed class NamedCallReader(CallSink sink, NamedCalls syntax) : CallReader
{
    private const int LongestHead = 256;

    private readonly StringBuilder _head = new();
    private readonly JsonSpan _arguments = new();
    private bool _inArguments;

    public override ReaderState Take(char character)
    {
        if (_inArguments)
            return TakeArguments(character);
        if (_head.Length >= LongestHead)
            return ReaderState.Failed;
        _head.Append(character);
        if (!_head.EndsWith(syntax.Separator))
            return ReaderState.More;

        var name = CallName.Of(_head.ToString(0, _head.Length - syntax.Separator.Length));
        if (syntax.Content is { } content && name.SequenceEqual(content))
            return ReaderState.Content;
        _inArguments = true;
        return sink.Begin(name) is null ? ReaderState.Failed : ReaderState.More;
    }

    public override bool Finish()
    {
        // Without arguments some end at once.
        if (!_inArguments || !_arguments.IsEmpty)
            return false;
        sink.Arguments("{}");
        return true;
    }

    private ReaderState TakeArguments(char character)
    {
        if (_arguments.IsEmpty && character != '{')
            return char.IsWhiteSpace(character) ? ReaderState.More : Finish() ? ReaderState.Ended : ReaderState.Failed;
        var ended = _arguments.Take(character);
        sink.Arguments(character);
        if (ended is null)
            return ReaderState.More;
        return _arguments.IsValid() ? ReaderState.Done : ReaderState.Failed;
    }
}
