using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>Text in the making, paid for as it grows. One array, so that the output of a macro is cut from its end.</summary>
internal sealed class OutputBuffer(Rendering rendering, int capacity = 128)
{
    private char[] _text = new char[capacity];

    public Rendering Rendering => rendering;

    public int Length { get; private set; }

    public void Append(ReadOnlySpan<char> text)
    {
        rendering.ChargeOutput(Length, text.Length);
        if (_text.Length - Length < text.Length)
            Array.Resize(ref _text, Math.Max(_text.Length * 2, Length + text.Length));
        text.CopyTo(_text.AsSpan(Length));
        Length += text.Length;
    }

    public void Append(char c)
    {
        rendering.ChargeScan(1);
        Append(new ReadOnlySpan<char>(in c));
    }

    public void Append(char c, int count)
    {
        rendering.ChargeOutput(Length, count);
        for (; count > 0; count--)
            Append(c);
    }

    public void Append(in Value value)
    {
        if (value.IsText)
            Append(value.AsText);
        else
            Formatting.PythonText.Write(this, value);
    }

    /// <summary>Takes back what was written since <paramref name="start"/>.</summary>
    public string Cut(int start)
    {
        var text = new string(_text, start, Length - start);
        Length = start;
        return text;
    }

    public override string ToString() => new(_text, 0, Length);
}
