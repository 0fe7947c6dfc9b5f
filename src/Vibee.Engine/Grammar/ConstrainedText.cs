using System.Text;
using Vibee.Engine.Sampling;
using Vibee.Engine.Text;

namespace Vibee.Engine.Grammar;

/// <summary>Holds one sequence to its <see cref="TextConstraint"/>. Belongs to the engine's thread.</summary>
internal sealed class ConstrainedText
{
    private readonly TextConstraint _constraint;
    private readonly Trigger? _trigger;
    private readonly ulong[] _mask;
    private readonly Queue<int> _forced = new();
    private GrammarMatcher? _matcher;

    public ConstrainedText(TextConstraint constraint, ITokenizer tokenizer)
    {
        _constraint = constraint;
        _mask = new ulong[constraint.Vocabulary.MaskLength];
        if (constraint.Triggers.Count == 0)
            Begin();
        else
            _trigger = new Trigger(constraint, tokenizer);
    }

    /// <summary>Whether nothing can follow.</summary>
    public bool MustEnd => _matcher is { MustEnd: true };

    /// <summary>Which tokens may come next, one bit for each; empty means any. Valid until the next call.</summary>
    /// <exception cref="SamplingException">There is none: a text that ended here would not be what was promised.</exception>
    public ReadOnlySpan<ulong> Allowed()
    {
        if (_matcher is null)
            return [];
        return _matcher.FillMask(_mask)
            ? _mask
            : throw new SamplingException("The answer cannot go on: from here the grammar is too costly to follow, or asks for bytes that this model has no token for.");
    }

    /// <summary>Takes the token that was chosen, which does not end the text.</summary>
    /// <exception cref="SamplingException">It is too costly to see where it leads.</exception>
    public void Accept(int token)
    {
        if (_matcher is not null)
        {
            // Where every text may go on a mask allows what is not followed before it is chosen.
            if (!_matcher.Accept(token))
                throw new SamplingException("The answer cannot go on: from here the grammar is too costly to follow.");
            if (_forced.Count == 0)
                Force();
        }
        else if (_trigger is { IsWaiting: true } && _trigger.Append(token) is { } rest)
        {
            Begin();
            if (!_matcher!.AcceptBytes(Encoding.UTF8.GetBytes(rest)))
                _matcher = null;
        }
    }

    /// <summary>The token that must come next, whatever the model says, if there is one.</summary>
    public bool TryForce(out int token) => _forced.TryDequeue(out token);

    private void Begin()
    {
        _matcher = new GrammarMatcher(_constraint.Grammar, _constraint.Vocabulary);
        Force();
    }

    private void Force()
    {
        foreach (var token in _matcher!.ForcedTokens())
            _forced.Enqueue(token);
    }

    /// <summary>Waits for the text after which the grammar holds.</summary>
    private sealed class Trigger(TextConstraint constraint, ITokenizer tokenizer)
    {
        private readonly ReasoningSplitter _splitter = constraint.Reasoning?.Invoke() ?? ReasoningSplitter.Off();
        private readonly Detokenizer _detokenizer = new();
        private readonly TextBuffer _reasoning = new();
        private readonly TextBuffer _content = new();
        private readonly int _longest = constraint.Triggers.Max(trigger => trigger.Length);
        private string _end = "";

        public bool IsWaiting { get; private set; } = true;

        /// <returns>What follows the trigger, once it has occurred.</returns>
        public string? Append(int token)
        {
            _reasoning.Clear();
            _content.Clear();
            _splitter.Append(_detokenizer.Append(tokenizer.Bytes(token, renderSpecial: true)), _reasoning, _content);
            if (_content.Text.IsEmpty)
                return null;
            var text = string.Concat(_end, _content.Text);
            var (first, after) = (int.MaxValue, 0);
            foreach (var trigger in constraint.Triggers)
            {
                if (text.IndexOf(trigger, StringComparison.Ordinal) is >= 0 and var at && at < first)
                    (first, after) = (at, at + trigger.Length);
            }
            if (first == int.MaxValue)
            {
                _end = text[^Math.Min(text.Length, _longest - 1)..];
                return null;
            }
            IsWaiting = false;
            return text[after..];
        }
    }
}
