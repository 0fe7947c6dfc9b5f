using System.Text;

namespace Vibee.Engine.Chat.ToolCalls.Reading;

/// <summary>Reads to the mark that closes, then all at once.</summary>
internal sealed class EnclosedCallReader(CallSink sink, EnclosedCalls syntax) : CallReader
{
    private readonly StringBuilder _text = new();

    public override ReaderState Take(char character)
    {
        _text.Append(character);
        if (!_text.EndsWith(syntax.Close))
            return ReaderState.More;
        return Convert(_text.ToString(0, _text.Length - syntax.Close.Length)) ? ReaderState.Done : ReaderState.Failed;
    }

    public override bool Finish() => Convert(_text.ToString());

    private bool Convert(string text)
    {
        if (syntax.Convert(text) is not { Count: > 0 } calls)
            return false;
        foreach (var (name, arguments) in calls)
        {
            if (sink.Begin(name) is null)
                return false;
            sink.Arguments(arguments);
        }

        return true;
    }
}
