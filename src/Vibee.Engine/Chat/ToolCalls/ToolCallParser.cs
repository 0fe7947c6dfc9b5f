using System.Text;
using Vibee.Engine.Chat.ToolCalls.Reading;

namespace Vibee.Engine.Chat.ToolCalls;

/// <summary>Finds calls in what a model says, in the ways that its format knows.</summary>
/// <remarks>
/// Characters are taken one by one, so it cannot matter how they were cut. Text that may belong to a call is held back.
/// What turns out to be none is content, to the letter: nothing a model says is lost, but the format's own marks and the
/// white space around calls. There is no going back over text that was held, so the time is linear.
/// </remarks>
public sealed class ToolCallParser : OutputParser
{
    private readonly ToolCallFormat _format;
    private readonly IReadOnlyList<ToolDefinition> _tools;
    private readonly bool _isConstrained;
    private readonly StringBuilder _held = new(); // the end of what was taken that is not delivered yet
    private int _quiet; // of what is held: white space and wrappers, before what may become a mark
    private int _position;
    private bool _saidAnything;
    private CallSyntax? _last; // the way of the call that just ended
    private CallSyntax? _syntax;
    private CallReader? _reader;
    private CallSink _sink; // of a call that may still turn out to be none

    /// <param name="format">The model's.</param>
    /// <param name="tools">What may be called; a call of anything else is content.</param>
    /// <param name="prompt">What the model was given: some formats begin a call in it.</param>
    /// <param name="isConstrained">Whether a grammar sees to it that a call in the format's first way, once begun, is
    /// well formed. Then it is delivered while it grows; otherwise when it is complete.</param>
    public ToolCallParser(ToolCallFormat format, IReadOnlyList<ToolDefinition> tools, string prompt = "", bool isConstrained = false)
    {
        _format = format;
        _tools = tools;
        _isConstrained = isConstrained;
        _sink = new CallSink(tools);
        if (format.Syntaxes[0] is NamedCalls first && prompt.EndsWith(first.Open, StringComparison.Ordinal))
            Begin(first);
    }

    public override IReadOnlySet<string> Markers => _format.Markers;

    public override void Append(ReadOnlySpan<char> text, List<OutputPiece> pieces)
    {
        foreach (var character in text)
            Take(character, pieces);
    }

    public override void Finish(List<OutputPiece> pieces)
    {
        if (_reader is { } reader)
        {
            _reader = null;
            if (reader.Finish())
                Commit(pieces);
            else if (!IsSure)
                Release(_held.Length, pieces);
        }
        else if (_last is null || _quiet < _held.Length)
        {
            Release(_held.Length, pieces);
        }
    }

    // A call in the format's first way, of which a grammar vouches that it will be complete.
    private bool IsSure => _isConstrained && _syntax == _format.Syntaxes[0];

    private void Take(char character, List<OutputPiece> pieces)
    {
        _position++;
        _held.Append(character);
        if (_reader is null)
            Search(pieces);
        else
            Read(character, pieces);
    }

    private void Read(char character, List<OutputPiece> pieces)
    {
        switch (_reader!.Take(character))
        {
            case ReaderState.Failed:
                _reader = null;
                GiveBack(character, pieces);
                break;
            case ReaderState.Ended:
                _reader = null;
                Commit(pieces);
                _position--;
                Take(character, pieces);
                break;
            case ReaderState.Content:
                _reader = null;
                _held.Clear();
                break;
            case ReaderState.Done:
                _reader = null;
                Commit(pieces);
                break;
            case ReaderState.CallDone:
                Commit(pieces);
                break;
            case ReaderState.More when IsSure:
                Deliver(pieces);
                break;
        }
    }

    /// <summary>What was held is content, but for its last character, which may begin something.</summary>
    private void GiveBack(char last, List<OutputPiece> pieces)
    {
        _sink = new CallSink(_tools);
        _position--;
        _held.Length--;
        Release(_held.Length, pieces);
        Take(last, pieces);
    }

    /// <summary>Looks for marks in what is held, and releases what cannot become one.</summary>
    private void Search(List<OutputPiece> pieces)
    {
        while (_quiet < _held.Length)
        {
            if (!_format.Starts.Contains(_held[_quiet]) && !char.IsWhiteSpace(_held[_quiet]))
            {
                DropQuiet();
                Release(_quiet + 1, pieces);
                continue;
            }

            var tail = _held.ToString(_quiet, _held.Length - _quiet);
            if (Openers().FirstOrDefault(open => open.Text == tail) is { Syntax: { } syntax } opener)
            {
                Begin(syntax);
                foreach (var kept in tail.AsSpan(tail.Length - (opener.IsNext ? tail.Length : syntax.Kept)))
                    _reader!.Take(kept);
                return;
            }

            if (Quiet().Contains(tail) || char.IsWhiteSpace(tail[0]))
            {
                _quiet += char.IsWhiteSpace(tail[0]) ? 1 : tail.Length;
                continue;
            }

            if (Openers().Any(open => open.Text.StartsWith(tail, StringComparison.Ordinal)) || Quiet().Any(mark => mark.StartsWith(tail, StringComparison.Ordinal)))
                return;

            DropQuiet();
            Release(_quiet + 1, pieces);
        }
    }

    // What stands around calls is not said to anybody.
    private void DropQuiet()
    {
        if (_last is null)
            return;
        _held.Remove(0, _quiet);
        _quiet = 0;
    }

    private IEnumerable<(string Text, CallSyntax Syntax, bool IsNext)> Openers()
    {
        if (_last?.Next is { } next)
            yield return (next, _last, true);
        foreach (var syntax in _format.Syntaxes)
        {
            if (!syntax.OnlyAtStart || !_saidAnything)
                yield return (syntax.Open, syntax, false);
        }
    }

    private IEnumerable<string> Quiet()
    {
        foreach (var syntax in _format.Syntaxes)
        {
            foreach (var wrapper in syntax.Wrappers)
                yield return wrapper;
        }

        foreach (var closer in _last?.Closers ?? [])
            yield return closer;
    }

    private void Begin(CallSyntax syntax)
    {
        _syntax = syntax;
        _quiet = 0;
        _sink = new CallSink(_tools);
        _reader = syntax.Read(_sink);
    }

    /// <summary>A call is complete.</summary>
    private void Commit(List<OutputPiece> pieces)
    {
        Deliver(pieces);
        _held.Clear();
        _last = _syntax;
        _saidAnything = true;
    }

    private void Deliver(List<OutputPiece> pieces)
    {
        var found = _sink.Drain();
        foreach (var piece in found)
            Add(pieces, piece);
        if (found.Count > 0)
            _held.Clear();
    }

    /// <summary>The first characters that are held are content.</summary>
    private void Release(int count, List<OutputPiece> pieces)
    {
        if (count > 0)
        {
            Add(pieces, new OutputPiece(OutputKind.Content, _held.ToString(0, count), _position - _held.Length));
            _held.Remove(0, count);
            _saidAnything = true;
            _last = null;
        }

        _quiet = 0;
    }
}
