namespace Vibee.Engine.Text;

/// <summary>
/// Ends a text before the first stop string in it. Text that could be the beginning of one is held back until it
/// is clear, so that a client never sees a part of it.
/// </summary>
/// <remarks>
/// The result does not depend on how the text was cut into pieces: characters are looked at one by one, and the
/// first stop string to be complete wins (of several that end together, the longest, which starts first).
/// Not safe for concurrent use.
/// </remarks>
public sealed class StopMatcher
{
    private readonly string[] _stops;
    private char[] _pending;
    private int _pendingLength;
    private int _released;

    /// <param name="stops">Empty strings are ignored.</param>
    public StopMatcher(IEnumerable<string> stops)
    {
        _stops = [.. stops.Where(stop => stop.Length > 0).Distinct().OrderByDescending(stop => stop.Length)];
        _pending = new char[64];
    }

    /// <summary>The stop string that ended the text, or null.</summary>
    public string? Matched { get; private set; }

    /// <summary>Adds text. Nothing may be added after a match.</summary>
    /// <returns>What is safe to send now; valid until the next call.</returns>
    public ReadOnlySpan<char> Append(ReadOnlySpan<char> text)
    {
        DropReleased();
        if (_pendingLength + text.Length > _pending.Length)
            Array.Resize(ref _pending, Math.Max(_pendingLength + text.Length, 2 * _pending.Length));

        foreach (var character in text)
        {
            _pending[_pendingLength++] = character;
            if (_stops.Length > 0 && FindCompleted() is { } stop)
            {
                Matched = stop;
                return Release(_pendingLength - stop.Length);
            }
        }

        return Release(_pendingLength - HeldBack());
    }

    /// <summary>Ends the text: what was held back was not a stop string after all.</summary>
    public ReadOnlySpan<char> Finish()
    {
        DropReleased();
        return Matched is null ? Release(_pendingLength) : [];
    }

    private string? FindCompleted()
    {
        var text = _pending.AsSpan(0, _pendingLength);
        foreach (var stop in _stops)
        {
            if (text.EndsWith(stop, StringComparison.Ordinal))
                return stop;
        }

        return null;
    }

    /// <summary>The length of the longest end of the text with which some stop string begins.</summary>
    private int HeldBack()
    {
        var text = _pending.AsSpan(0, _pendingLength);
        var held = 0;
        foreach (var stop in _stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > held; length--)
            {
                if (text.EndsWith(stop.AsSpan(0, length), StringComparison.Ordinal))
                    held = length;
            }
        }

        return held;
    }

    private ReadOnlySpan<char> Release(int count)
    {
        // A border inside a surrogate pair would send half a character.
        if (count > 0 && count < _pendingLength && char.IsLowSurrogate(_pending[count]) && Matched is null)
            count--;
        _released = count;
        return _pending.AsSpan(0, count);
    }

    private void DropReleased()
    {
        _pending.AsSpan(_released, _pendingLength - _released).CopyTo(_pending);
        _pendingLength -= _released;
        _released = 0;
    }
}
