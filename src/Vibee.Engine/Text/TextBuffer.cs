namespace Vibee.Engine.Text;

/// <summary>Characters that are filled in, read and cleared again and again without a new allocation.</summary>
public sealed class TextBuffer
{
    private char[] _text = [];
    private int _length;

    public ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    public void Append(ReadOnlySpan<char> text)
    {
        if (_length + text.Length > _text.Length)
            Array.Resize(ref _text, Math.Max(_length + text.Length, Math.Max(64, 2 * _text.Length)));
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }

    public void Clear() => _length = 0;
}
