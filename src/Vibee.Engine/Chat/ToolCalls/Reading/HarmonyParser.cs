using System.Collections.Frozen;
using System.Text;
using Vibee.Engine.Chat.ToolCalls.Formats;

namespace Vibee.Engine.Chat.ToolCalls.Reading;

/// <summary>Reads the messages of an answer: a head that names channel and recipient, then a body.</summary>
internal sealed class HarmonyParser(IReadOnlyList<ToolDefinition> tools, bool isConstrained) : OutputParser
{
    /// <summary>A model that has lost its format writes no heads; what looks like one and does not end is an answer.</summary>
    private const int LongestHead = 256;

    private static readonly string[] Ends = [Harmony.End, Harmony.Call, "<|return|>", Harmony.Start];

    private static readonly FrozenSet<string> All =
        FrozenSet.ToFrozenSet([Harmony.Channel, Harmony.Message, "<|constrain|>", .. Ends]);

    private readonly StringBuilder _held = new();
    private readonly CallSink _sink = new(tools);
    private State _state = State.Head;
    private int _position;
    private int _bodyStart; // in what is held: behind the head of a call that is not delivered yet

    private enum State
    {
        Head,
        Reasoning,
        Content,
        Call,

        /// <summary>Between messages.</summary>
        Nowhere,
    }

    public override IReadOnlySet<string> Markers => All;

    public override bool InReasoning => _state is State.Reasoning;

    public override void Append(ReadOnlySpan<char> text, List<OutputPiece> pieces)
    {
        foreach (var character in text)
        {
            _position++;
            _held.Append(character);
            if (_state == State.Head)
                TakeHead(pieces);
            else
                TakeBody(pieces);
        }
    }

    public override void Finish(List<OutputPiece> pieces)
    {
        if (_state == State.Head)
        {
            // The model stopped in a head, or never knew of any.
            if (!_held.ToString().Contains("<|", StringComparison.Ordinal))
                Say(State.Content, _held.Length, pieces);
            return;
        }

        Say(_state, _held.Length, pieces);
        EndCall(pieces);
    }

    private void TakeHead(List<OutputPiece> pieces)
    {
        if (_held.EndsWith(Harmony.Message))
        {
            _state = Open(_held.ToString());
            if (_state == State.Call && isConstrained)
                Deliver(pieces);
            if (_state != State.Call || isConstrained)
                _held.Clear();
            _bodyStart = _held.Length;
        }
        else if (_held.Length > LongestHead)
        {
            _state = State.Content;
            Say(State.Content, _held.Length, pieces);
        }
    }

    private State Open(string head)
    {
        if (head.IndexOf(Harmony.Recipient, StringComparison.Ordinal) is >= 0 and var at
            && _sink.Begin(CallName.Of(head.AsSpan(at + Harmony.Recipient.Length))) is not null)
            return State.Call;
        return head.Contains($"{Harmony.Channel}analysis", StringComparison.Ordinal) ? State.Reasoning : State.Content;
    }

    private void TakeBody(List<OutputPiece> pieces)
    {
        foreach (var end in Ends)
        {
            if (_held.Length - _bodyStart < end.Length || !_held.EndsWith(end))
                continue;
            _held.Length -= end.Length;
            _position -= end.Length;
            Say(_state, _held.Length, pieces);
            EndCall(pieces);
            _position += end.Length;
            _held.Clear();
            _bodyStart = 0;
            _state = end == Harmony.Start ? State.Head : State.Nowhere;
            return;
        }

        if (_state is State.Nowhere)
        {
            // Between messages only a start is expected; anything else is the model's to say.
            if (Ends.Any(end => end.StartsWith(_held.ToString(), StringComparison.Ordinal)))
                return;
            _state = State.Content;
        }

        Say(_state, _held.Length - HeldBack(), pieces);
    }

    private void Say(State state, int count, List<OutputPiece> pieces)
    {
        if (state == State.Call && !isConstrained)
            return; // when it is complete
        if (count <= 0 || state == State.Nowhere)
            return;
        var text = _held.ToString(0, count);
        if (state == State.Call)
        {
            _sink.Arguments(text);
            Deliver(pieces);
        }
        else
        {
            Add(pieces, new OutputPiece(state == State.Reasoning ? OutputKind.Reasoning : OutputKind.Content, text, _position - _held.Length));
        }

        _held.Remove(0, count);
    }

    /// <summary>Decides about a call that was held: its arguments are an object, or all of it is content.</summary>
    private void EndCall(List<OutputPiece> pieces)
    {
        if (_state != State.Call || isConstrained)
            return;
        var arguments = _held.ToString(_bodyStart, _held.Length - _bodyStart).Trim();
        if (arguments.Length == 0 || JsonString.IsObject(arguments))
        {
            _sink.Arguments(arguments.Length == 0 ? "{}" : arguments);
            Deliver(pieces);
        }
        else
        {
            _ = _sink.Drain();
            Add(pieces, new OutputPiece(OutputKind.Content, _held.ToString(), _position - _held.Length));
        }

        _held.Clear();
        _bodyStart = 0;
    }

    private void Deliver(List<OutputPiece> pieces)
    {
        foreach (var piece in _sink.Drain())
            Add(pieces, piece);
    }

    private int HeldBack()
    {
        var held = 0;
        foreach (var end in Ends)
        {
            for (var length = Math.Min(end.Length - 1, _held.Length); length > held; length--)
            {
                if (_held.EndsWith(end[..length]))
                    held = length;
            }
        }

        return held;
    }
}
