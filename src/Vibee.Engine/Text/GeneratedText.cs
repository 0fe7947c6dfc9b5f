using System.Diagnostics;
using Vibee.Engine.Chat.ToolCalls;
using Vibee.Engine.Speculation;

namespace Vibee.Engine.Text;

/// <summary>
/// The text of one <see cref="Sequence"/> as it grows: reads the engine's events one by one and turns tokens into
/// characters, parts reasoning from content and calls of tools from both, ends the content before the first stop string
/// (and then cancels the sequence), keeps the probabilities in step with the text, and counts.
/// </summary>
/// <remarks>
/// Every kind of answer is made of this, streamed or not, so that they cannot differ:
/// <code>
/// while (await text.WaitAsync())
///     while (text.TryRead())
///         … text.Reasoning, text.Content, text.Tokens, text.Call: what came next
/// </code>
/// Of one event there may be several things to read, in their order.
/// Not safe for concurrent use. Spans and lists are valid until the next <see cref="TryRead"/>.
/// </remarks>
public sealed class GeneratedText
{
    private readonly Sequence _sequence;
    private readonly ITokenizer _tokenizer;
    private readonly ReasoningSplitter _splitter;
    private readonly StopMatcher _stops;
    private readonly TokenAlignment? _alignment;
    private readonly Detokenizer _detokenizer = new();
    private readonly TextBuffer _reasoning = new();
    private readonly TextBuffer _content = new();
    private readonly TextBuffer _unmatched = new();
    private readonly List<GeneratedToken> _tokens = [];
    private readonly List<OutputPiece> _pieces = []; // what a parser made of the last event
    private int _nextPiece;
    private (FinishReason Reason, string? Error)? _end; // the terminal event, until all before it is read
    private int _echoed;
    private int _runStart; // of content without a call inside, in characters behind ContentStart
    private int _runEnd;
    private int _delivered;
    private int _calls;
    private bool _stopped;
    private double _logprobs; // their sum
    private PredictionUse _prediction;

    /// <param name="sequence">Whose events to read; this becomes their only reader.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="stops">Strings that end the content.</param>
    /// <param name="splitter">How to find reasoning.</param>
    public GeneratedText(Sequence sequence, ITokenizer tokenizer, IReadOnlyList<string> stops, ReasoningSplitter splitter)
    {
        _sequence = sequence;
        _tokenizer = tokenizer;
        _stops = new StopMatcher(stops);
        _splitter = splitter;
        _alignment = sequence.Sampling.TopLogprobs is null ? null : new TokenAlignment();
    }

    /// <summary>What finds calls of tools, or takes the whole output apart; null where there is nothing to find.</summary>
    public OutputParser? Parser { get; init; }

    /// <summary>After how many calls of tools the text ends.</summary>
    public int MaxCalls { get; init; } = int.MaxValue;

    /// <summary>The text of each token of the prompt, where their probabilities are asked for: the content then begins
    /// with the prompt.</summary>
    public IReadOnlyList<ReadOnlyMemory<char>> Echo { get; init; } = [];

    /// <summary>Reasoning that the last event added.</summary>
    public ReadOnlySpan<char> Reasoning => _reasoning.Text;

    /// <summary>Content that the last event added.</summary>
    public ReadOnlySpan<char> Content => _content.Text;

    /// <summary>The tokens of <see cref="Content"/>, where probabilities were asked for.</summary>
    public IReadOnlyList<GeneratedToken> Tokens => _tokens;

    /// <summary>A call that begins, or more of the arguments of the one that began last.</summary>
    public OutputPiece? Call { get; private set; }

    public bool IsStarted { get; private set; }

    /// <summary>Whether the terminal event was read.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Why it ended, once it has.</summary>
    public FinishReason Reason { get; private set; }

    /// <summary>Of a failure: one sentence, safe to show to a client.</summary>
    public string? Error { get; private set; }

    /// <summary>The stop string that ended the content, or null.</summary>
    public string? MatchedStop => _stops.Matched;

    public int PromptTokens => _sequence.PromptLength;

    /// <summary>Prompt tokens that needed no evaluation.</summary>
    public int CachedTokens { get; private set; }

    /// <summary>Tokens that were sampled, up to and including the one that ended the text.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>The mean logarithm of the probabilities of these tokens, where probabilities were asked for.</summary>
    public double MeanLogprob => CompletionTokens == 0 ? double.NegativeInfinity : _logprobs / CompletionTokens;

    /// <summary>Those of <see cref="CompletionTokens"/> that are reasoning, tags included.</summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>What became of the sequence's prediction so far; null if it has none.</summary>
    public PredictionUse? Prediction => _sequence.Prediction.IsEmpty ? null : _prediction;

    /// <summary>When the events <c>Started</c>, first token and last token were read; 0 is not yet.</summary>
    public (long Started, long FirstToken, long LastToken) Times { get; private set; }

    /// <summary>Waits for the next event.</summary>
    /// <returns>False when there is none: the text has ended.</returns>
    public ValueTask<bool> WaitAsync() =>
        IsFinished ? new(false)
        : _stopped || _nextPiece < _pieces.Count || _end is not null ? new(true)
        : _sequence.Events.WaitToReadAsync();

    /// <summary>Reads what comes next: an event, or a part of it.</summary>
    /// <returns>False when none is ready.</returns>
    public bool TryRead()
    {
        _reasoning.Clear();
        _content.Clear();
        _tokens.Clear();
        Call = null;
        if (IsFinished)
            return false;
        if (_stopped)
            return End(FinishReason.Stop, null);
        if (_nextPiece < _pieces.Count)
        {
            Deliver();
            return true;
        }

        if (_end is { } end)
        {
            Match(isLast: true); // what a stop string might have begun with
            return End(end.Reason, end.Error);
        }
        if (!_sequence.Events.TryRead(out var next))
            return false;

        switch (next.Kind)
        {
            case GenerationEventKind.Started:
                IsStarted = true;
                CachedTokens = next.CachedTokens;
                Times = Times with { Started = Stopwatch.GetTimestamp() };
                return true;
            case GenerationEventKind.PromptToken:
                Repeat(next);
                return true;
            case GenerationEventKind.Token:
                Take(next);
                return true;
            default:
                _prediction = next.Prediction;
                Flush();
                if (Parser is null)
                    return End(next.Reason, next.Error);
                _end = (next.Reason, next.Error);
                return true;
        }
    }

    // Past the stop strings and the search for reasoning, which are about what the model says.
    private void Repeat(in GenerationEvent next)
    {
        var text = Echo[_echoed++];
        _content.Append(text.Span);
        _tokens.Add(new GeneratedToken(next.Token, _tokenizer.Bytes(next.Token).ToArray(), text, next.Logprobs));
    }

    private void Take(in GenerationEvent next)
    {
        var now = Stopwatch.GetTimestamp();
        Times = Times with { FirstToken = CompletionTokens == 0 ? now : Times.FirstToken, LastToken = now };
        CompletionTokens++;
        _prediction = next.Prediction;
        _logprobs += next.Logprobs?.Logprob ?? 0;

        var bytes = _tokenizer.Bytes(next.Token);
        if (bytes.Length == 0 && _tokenizer.Bytes(next.Token, renderSpecial: true) is { Length: > 0 } special && IsMeant(special))
            bytes = special;
        var text = _detokenizer.Append(bytes);
        if (_alignment is not null && bytes.Length > 0 && next.Logprobs is { } logprobs)
            _alignment.Add(next.Token, bytes, text, logprobs);

        var wasReasoning = Parser?.InReasoning == true;
        _splitter.Append(text, _reasoning, _unmatched);
        if (_splitter.HasReasoning && _unmatched.Text.IsEmpty && _delivered == 0 && !_splitter.InContent)
            ReasoningTokens++;
        if (Parser is null)
            Match(isLast: false);
        else
            Parse(isLast: false);
        if (wasReasoning)
            ReasoningTokens++;
    }

    // Control tokens have no text but where it is known what to make of them.
    private bool IsMeant(ReadOnlySpan<byte> special) =>
        ReasoningSplitter.IsTag(special) || (Parser is not null && Parser.Markers.Contains(System.Text.Encoding.UTF8.GetString(special)));

    private void Parse(bool isLast)
    {
        _pieces.Clear();
        _nextPiece = 0;
        Parser!.Append(_unmatched.Text, _pieces);
        if (isLast)
            Parser.Finish(_pieces);
        _unmatched.Clear();
        if (_pieces.Count > 0)
            Deliver();
    }

    private void Deliver()
    {
        var piece = _pieces[_nextPiece++];
        switch (piece.Kind)
        {
            case OutputKind.Reasoning:
                _reasoning.Append(piece.Text);
                break;
            case OutputKind.Content:
                if (piece.Start != _runEnd)
                    BeginRun(piece.Start);
                _runEnd += piece.Text.Length;
                _unmatched.Append(piece.Text);
                Match(isLast: false);
                break;
            case OutputKind.Call when _calls == MaxCalls:
                _stopped = true;
                _sequence.Cancel();
                break;
            case OutputKind.Call:
                BeginRun(_runEnd);
                _calls++;
                Call = piece;
                break;
            default:
                Call = piece;
                break;
        }
    }

    /// <summary>Content goes on at another place of the output: what the last run held back because a stop string might
    /// have begun with it is content.</summary>
    private void BeginRun(int start)
    {
        var held = _stops.Finish();
        _content.Append(held);
        _delivered += held.Length;
        _alignment?.Take(_splitter.ContentStart + _runStart, _splitter.ContentStart + _delivered, isLast: true, _tokens);
        _runStart = _runEnd = _delivered = start;
    }

    private void Match(bool isLast)
    {
        var before = _content.Text.Length; // of an earlier run
        _content.Append(_stops.Append(_unmatched.Text));
        _unmatched.Clear();
        _stopped = _stops.Matched is not null;
        if (_stopped)
            _sequence.Cancel(); // nothing after it is wanted
        else if (isLast)
            _content.Append(_stops.Finish());

        _delivered += _content.Text.Length - before;
        if (_content.Text.Length > before || _stopped || isLast)
            _alignment?.Take(_splitter.ContentStart + _runStart, _splitter.ContentStart + _delivered, _stopped || isLast, _tokens);
    }

    private void Flush()
    {
        var unfinished = _detokenizer.Finish();
        _alignment?.AddUnfinished(unfinished);
        _splitter.Append(unfinished, _reasoning, _unmatched);
        _splitter.Finish(_reasoning, _unmatched);
        if (Parser is null)
            Match(isLast: true);
        else
            Parse(isLast: true);
    }

    private bool End(FinishReason reason, string? error)
    {
        IsFinished = true;
        Reason = _stopped ? FinishReason.Stop : reason;
        if (_calls > 0 && Reason == FinishReason.Stop)
            Reason = FinishReason.ToolCalls;
        Error = error;
        return true;
    }
}
