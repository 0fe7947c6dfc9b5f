using System.Runtime.CompilerServices;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>One render: its output, its variables, what it may still use up. Belongs to one thread.</summary>
internal sealed class Rendering
{
    private readonly RenderContext _context;
    private readonly long _outputLimit;
    private long _steps;
    private long _characters;
    private int _calls;

    public Rendering(RenderContext context, TimeProvider time)
    {
        _context = context;
        Time = time;
        _steps = Limits.BaseSteps + context.Values * Limits.StepsPerContextValue;
        _characters = Limits.BaseCharacters + context.Characters * Limits.CharactersPerContextCharacter;
        _outputLimit = Limits.BaseOutput + context.Characters * Limits.OutputPerContextCharacter;
        Output = new OutputBuffer(this, 4096);
    }

    public OutputBuffer Output { get; }

    public TimeProvider Time { get; }

    /// <summary>Where the operation stands that runs now: the place of its error, should it fail.</summary>
    public SourcePosition Position { get; private set; }

    /// <summary>Pays for one operation and says where it stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step(SourcePosition at)
    {
        Position = at;
        if (--_steps < 0)
            ThrowOutOfSteps();
    }

    /// <summary>Pays for work in proportion to its data; called before the work is done.</summary>
    public void Charge(long steps)
    {
        if (steps > _steps)
            ThrowOutOfSteps();
        _steps -= steps;
    }

    /// <summary>Pays for text copied, or looked through by vector instructions.</summary>
    public void ChargeCharacters(long count)
    {
        if (count > _characters)
            throw Fault.Limit("the template works on too much text");
        _characters -= count;
    }

    /// <summary>Pays for text looked at one character after the other.</summary>
    public void ChargeScan(long count) => ChargeCharacters(count * Limits.ScanCost);

    /// <summary>Pays for finding one text in another, which for a long needle may mean comparing it everywhere.</summary>
    public void ChargeSearch(string text, string needle)
    {
        var places = Math.Max(0L, text.Length - needle.Length);
        ChargeCharacters(text.Length + (needle.Length > 64 ? places * needle.Length / 16 : 0));
    }

    /// <summary>Pays for counting characters, which takes a walk where some are surrogate pairs.</summary>
    public void ChargeIndexing(in Value value)
    {
        if (!value.IsText)
            return;
        ChargeCharacters(value.AsText.Length);
        if (!TextIndex.IsSimple(value.AsText))
            ChargeScan(value.AsText.Length);
    }

    public void ChargeLongInteger(in Value value)
    {
        if (value.Kind == ValueKind.BigInt)
            Charge(Limits.LongIntegerSteps);
    }

    public void ChargeOutput(int length, int more)
    {
        if (length + (long)more > _outputLimit)
            throw Fault.Limit($"the output gets longer than {_outputLimit} characters");
        ChargeCharacters(more);
    }

    /// <summary>Before every call of a macro; <see cref="Leave"/> is not owed when the call fails, since then the
    /// render has.</summary>
    public void Enter()
    {
        if (++_calls > Limits.CallDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Fault.Limit($"calls are nested more than {Limits.CallDepth} levels deep");
    }

    public void Leave() => _calls--;

    /// <summary>A variable of the context, or a function every template has; missing when there is neither.</summary>
    public Value Resolve(string name) =>
        _context.Variables.TryGetValue(name, out var value) ? value : Library.Globals.Find(name);

    private static void ThrowOutOfSteps() => throw Fault.Limit("the template takes too many steps");
}
