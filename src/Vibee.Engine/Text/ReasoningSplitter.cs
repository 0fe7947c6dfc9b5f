namespace Vibee.Engine.Text;

/// <summary>
/// Parts what a model thinks from what it says: thinking is what stands between a pair of tags at the very beginning
/// of its output, or before the closing tag when the prompt already opened it. White space around either part belongs
/// to neither, as model authors write it for looks.
/// </summary>
/// <remarks>The result does not depend on how the text was cut into pieces. Not safe for concurrent use.</remarks>
public sealed class ReasoningSplitter
{
    internal static readonly (string Open, string Close)[] Tags =
    [
        ("<think>", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<reasoning>", "</reasoning>"),
        ("[THINK]", "[/THINK]"),
        ("<|START_THINKING|>", "<|END_THINKING|>"),
    ];

    private string _held = "";
    private string? _close;
    private State _state;
    private bool _anyReasoning;

    private enum State
    {
        /// <summary>Nothing yet that is not white space or the beginning of a tag.</summary>
        Undecided,
        Reasoning,

        /// <summary>After the closing tag, before the first visible character.</summary>
        Between,
        Content,
    }

    /// <param name="prompt">What the model was given; if it ends by opening a tag, the output begins in it.</param>
    public ReasoningSplitter(ReadOnlySpan<char> prompt)
    {
        var end = prompt.TrimEnd();
        foreach (var (open, close) in Tags)
        {
            if (!end.EndsWith(open, StringComparison.Ordinal))
                continue;
            _close = close;
            _state = State.Reasoning;
            HasReasoning = true;
        }
    }

    /// <summary>A splitter that takes everything for content.</summary>
    public static ReasoningSplitter Off() => new([]) { _state = State.Content };

    /// <summary>Whether the output has a reasoning part, empty or not.</summary>
    public bool HasReasoning { get; private set; }

    /// <summary>Whether everything from now on is content.</summary>
    public bool InContent => _state == State.Content;

    /// <summary>Characters taken so far that are not content: reasoning, tags and the white space around them.</summary>
    public int ContentStart { get; private set; }

    /// <summary>Whether <paramref name="text"/> is a tag. Some models spell tags as control tokens, which otherwise
    /// have no text.</summary>
    public static bool IsTag(ReadOnlySpan<byte> text)
    {
        foreach (var (open, close) in Tags)
        {
            if (Matches(text, open) || Matches(text, close))
                return true;
        }

        return false;

        static bool Matches(ReadOnlySpan<byte> text, string tag) =>
            text.Length == tag.Length && System.Text.Ascii.Equals(text, tag);
    }

    /// <summary>Adds text, and appends each part of what is certain to its buffer.</summary>
    public void Append(ReadOnlySpan<char> text, TextBuffer reasoning, TextBuffer content)
    {
        if (_state == State.Content)
        {
            content.Append(text);
            return;
        }

        var rest = string.Concat(_held, text).AsSpan();
        _held = "";
        if (_state == State.Undecided)
            Decide(ref rest);
        if (_state == State.Reasoning)
            Think(ref rest, reasoning);
        if (_state == State.Between)
            SkipSpace(ref rest);
        if (_state == State.Content)
            content.Append(rest);
        else
            _held = rest.ToString();
    }

    /// <summary>Ends the text: what was held back was no tag.</summary>
    public void Finish(TextBuffer reasoning, TextBuffer content)
    {
        var rest = _held.AsSpan();
        _held = "";
        if (_state == State.Undecided)
            content.Append(rest);
        else if (_state == State.Reasoning)
            reasoning.Append(rest.TrimEnd());
    }

    private void Decide(ref ReadOnlySpan<char> rest)
    {
        var start = rest.TrimStart();
        foreach (var (open, close) in Tags)
        {
            if (start.StartsWith(open, StringComparison.Ordinal))
            {
                _close = close;
                _state = State.Reasoning;
                HasReasoning = true;
                Drop(ref rest, rest.Length - start.Length + open.Length);
                return;
            }

            if (open.AsSpan().StartsWith(start, StringComparison.Ordinal))
                return; // could still become this tag
        }

        _state = State.Content;
    }

    private void Think(ref ReadOnlySpan<char> rest, TextBuffer reasoning)
    {
        if (!_anyReasoning)
            Drop(ref rest, rest.Length - rest.TrimStart().Length);

        var end = rest.IndexOf(_close, StringComparison.Ordinal);
        var certain = end >= 0 ? rest[..end] : rest[..^HeldBack(rest)];
        var thought = certain.TrimEnd();
        reasoning.Append(thought);
        _anyReasoning |= thought.Length > 0;
        if (end >= 0)
        {
            Drop(ref rest, end + _close!.Length);
            _state = State.Between;
        }
        else
        {
            Drop(ref rest, thought.Length);
        }
    }

    private void SkipSpace(ref ReadOnlySpan<char> rest)
    {
        Drop(ref rest, rest.Length - rest.TrimStart().Length);
        if (rest.Length > 0)
            _state = State.Content;
    }

    /// <summary>The length of the longest end of the text with which the closing tag begins.</summary>
    private int HeldBack(ReadOnlySpan<char> text)
    {
        for (var length = Math.Min(_close!.Length - 1, text.Length); length > 0; length--)
        {
            if (text.EndsWith(_close.AsSpan(0, length), StringComparison.Ordinal))
                return length;
        }

        return 0;
    }

    private void Drop(ref ReadOnlySpan<char> rest, int count)
    {
        rest = rest[count..];
        ContentStart += count;
    }
}
