using System.Buffers;
using Vibee.Engine.Grammar.Matching;

namespace Vibee.Engine.Grammar;

/// <summary>
/// Follows one text through a grammar, token by token. Cheap to make and to copy: its position is one reference.
/// </summary>
/// <remarks>
/// One thread at a time for each matcher; matchers of one grammar may be used on many threads and wait for each other
/// where the grammar has to learn. Steps that texts have led to before allocate nothing.
/// </remarks>
public sealed class GrammarMatcher
{
    private readonly CompiledGrammar _grammar;
    private readonly GrammarVocabulary _vocabulary;
    private MatchState _state;

    public GrammarMatcher(CompiledGrammar grammar, GrammarVocabulary vocabulary)
    {
        _grammar = grammar;
        _vocabulary = vocabulary;
        _state = grammar.Start;
    }

    /// <summary>Whether the text may end here.</summary>
    public bool CanEnd => _state.CanEnd;

    /// <summary>Whether nothing can follow: the text is complete.</summary>
    public bool MustEnd => _state.Items.Length == 0;

    /// <summary>Whether an end token was accepted.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Where the text stands: to be kept before tokens that may have to be taken back.</summary>
    public Position Save() => new(_state, HasEnded);

    /// <param name="position">Of this matcher or of another of the same grammar.</param>
    public void Restore(Position position) => (_state, HasEnded) = (position.State ?? _grammar.Start, position.HasEnded);

    /// <returns>A matcher that goes on from here independently.</returns>
    public GrammarMatcher Copy() => new(_grammar, _vocabulary) { _state = _state, HasEnded = HasEnded };

    /// <returns>Whether the grammar allows the token; otherwise the position is unchanged.</returns>
    public bool Accept(int token)
    {
        if (HasEnded || token < 0 || token >= _vocabulary.Size)
            return false;
        if (_vocabulary.EndTokens.Contains(token))
            return HasEnded = CanEnd;
        var bytes = _vocabulary.Bytes(token);
        return bytes.Length > 0 && AcceptBytes(bytes);
    }

    /// <returns>Whether the grammar allows the bytes; otherwise the position is unchanged.</returns>
    public bool AcceptBytes(ReadOnlySpan<byte> bytes)
    {
        if (HasEnded)
            return false;
        lock (_grammar.Gate)
        {
            var state = _state;
            foreach (var value in bytes)
            {
                if (_grammar.Next(state, value) is not { } next)
                    return false;
                state = next;
            }
            _state = state;
            _grammar.Trim();
            return true;
        }
    }

    /// <summary>
    /// Writes which tokens may come next: bit <c>t % 64</c> of word <c>t / 64</c> for token t.
    /// </summary>
    /// <param name="mask">At least <see cref="GrammarVocabulary.MaskLength"/> words; all of them are written.</param>
    /// <returns>Whether there is one. There is none where the vocabulary lacks the bytes that the grammar needs, or the
    /// grammar is too costly to be followed from here.</returns>
    public bool FillMask(Span<ulong> mask)
    {
        var any = false;
        if (HasEnded || MustEnd)
        {
            mask.Clear();
        }
        else
        {
            lock (_grammar.Gate)
            {
                var kept = _grammar.Mask(_state, _vocabulary);
                kept.CopyTo(mask);
                any = !kept.IsEmpty;
                _grammar.Trim();
            }
        }
        if (CanEnd || HasEnded)
        {
            foreach (var token in _vocabulary.EndTokens)
                mask[token >> 6] |= 1UL << token;
            any = true;
        }

        return any;
    }

    /// <summary>The bytes that must come next, whatever the model says.</summary>
    /// <returns>How many were written.</returns>
    public int ForcedBytes(Span<byte> bytes)
    {
        var count = 0;
        lock (_grammar.Gate)
        {
            for (var state = _state; count < bytes.Length && !HasEnded && !state.CanEnd; count++)
            {
                var only = _grammar.OnlyByte(state);
                if (only < 0 || _grammar.Next(state, (byte)only) is not { } target)
                    break;
                bytes[count] = (byte)only;
                state = target;
            }
        }
        return count;
    }

    /// <summary>
    /// The tokens that must come next: <see cref="ForcedBytes"/> as the tokenizer writes them, without a last token that
    /// the model might want to be longer. The position is unchanged.
    /// </summary>
    public int[] ForcedTokens(int maxBytes = 256)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(maxBytes);
        try
        {
            var forced = buffer.AsSpan(0, ForcedBytes(buffer.AsSpan(0, maxBytes)));
            return forced.IsEmpty ? [] : ForcedText.Tokens(_vocabulary, forced);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A place in a text, as one reference.</summary>
    public readonly struct Position
    {
        internal Position(MatchState state, bool hasEnded) => (State, HasEnded) = (state, hasEnded);

        internal MatchState? State { get; }

        internal bool HasEnded { get; }
    }
}
