using System.Diagnostics;

namespace Vibee.Engine.Text;

/// <summary>
/// The text of one <see cref="Sequence"/> as it grows: reads the engine's events one by one and turns tokens into
/// characters, parts reasoning from content, ends the content before the first stop string (and then cancels the
/// sequence), keeps the probabilities in step with the text, and counts.
/// </summary>
/// <remarks>
/// Every kind of answer is made of this, streamed or not, so that they cannot differ:
/// <code>
/// while (await text.WaitAsync())
///     while (text.TryRead())
///         … text.Reasoning, text.Content, text.Tokens: what this event added
/// </code>
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
    private int _echoed;
    private int _delivered;
    private bool _stopped;
    private double _logprobs; // their sum

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

    /// <summary>The text of each token of the prompt, where their probabilities are asked for: the content then begins
    /// with the prompt.</summary>
    public IReadOnlyList<ReadOnlyMemory<char>> Echo { get; init; } = [];

    /// <summary>Reasoning that the last event added.</summary>
    public ReadOnlySpan<char> Reasoning => _reasoning.Text;

    /// <summary>Content that the last event added.</summary>
    public ReadOnlySpan<char> Content => _content.Text;

    /// <summary>The tokens of <see cref="Content"/>, where probabilities were asked for.</summary>
    public IReadOnlyList<GeneratedToken> Tokens => _tokens;

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

    /// <summary>When the events <c>Started</c>, first token and last token were read; 0 is not yet.</summary>
    public (long Started, long FirstToken, long LastToken) Times { get; private set; }

    /// <summary>Waits for the next event.</summary>
    /// <returns>False when there is none: the text has ended.</returns>
    public ValueTask<bool> WaitAsync() =>
        IsFinished ? new(false) : _stopped ? new(true) : _sequence.Events.WaitToReadAsync();

    /// <summary>Reads one event.</summary>
    /// <returns>False when none is ready.</returns>
    public bool TryRead()
    {
        _reasoning.Clear();
        _content.Clear();
        _tokens.Clear();
        if (IsFinished)
            return false;
        if (_stopped)
            return End(FinishReason.Stop, null);
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
                Flush();
                return End(next.Reason, next.Error);
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
        _logprobs += next.Logprobs?.Logprob ?? 0;

        var bytes = _tokenizer.Bytes(next.Token);
        if (bytes.Length == 0 && ReasoningSplitter.IsTag(_tokenizer.Bytes(next.Token, renderSpecial: true)))
            bytes = _tokenizer.Bytes(next.Token, renderSpecial: true);
        var text = _detokenizer.Append(bytes);
        if (_alignment is not null && bytes.Length > 0 && next.Logprobs is { } logprobs)
            _alignment.Add(next.Token, bytes, text, logprobs);

        _splitter.Append(text, _reasoning, _unmatched);
        if (_splitter.HasReasoning && _unmatched.Text.IsEmpty && _delivered == 0 && !_splitter.InContent)
            ReasoningTokens++;
        Match(isLast: false);
    }

    private void Match(bool isLast)
    {
        _content.Append(_stops.Append(_unmatched.Text));
        _unmatched.Clear();
        _stopped = _stops.Matched is not null;
        if (_stopped)
            _sequence.Cancel(); // nothing after it is wanted
        else if (isLast)
            _content.Append(_stops.Finish());

        _delivered += _content.Text.Length;
        if (_content.Text.Length > 0 || _stopped || isLast)
            _alignment?.Take(_splitter.ContentStart, _splitter.ContentStart + _delivered, _stopped || isLast, _tokens);
    }

    private void Flush()
    {
        var unfinished = _detokenizer.Finish();
        _alignment?.AddUnfinished(unfinished);
        _splitter.Append(unfinished, _reasoning, _unmatched);
        _splitter.Finish(_reasoning, _unmatched);
        Match(isLast: true);
    }

    private bool End(FinishReason reason, string? error)
    {
        IsFinished = true;
        Reason = _stopped ? FinishReason.Stop : reason;
        Error = error;
        return true;
    }
}
