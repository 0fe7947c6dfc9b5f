using System.Runtime.CompilerServices;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>One render: its output, its variables, what it may still use up. Belongs to one thread.</summary>
internal sealed class Rendering
{
    private readonly RenderContext _context;
    private readonly long _outputLimit;

    // In characters, Limits.CharactersPerStep to a step: so that a character at a time is paid for as well.
    private long _budget;
    private int _calls;

    public Rendering(RenderContext context, TimeProvider time)
    {
        _context = context;
        Time = time;
        _budget = (Limits.BaseSteps + context.Values * Limits.StepsPerContextValue + context.Characters)
            * Limits.CharactersPerStep;
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
        _budget -= Limits.CharactersPerStep;
        if (_budget < 0)
            ThrowOutOfSteps();
    }

    /// <summary>Pays for work in proportion to its data; called before the work is done.</summary>
    public void Charge(long steps)
    {
        if (steps > _budget)
            ThrowOutOfSteps();
        ChargeCharacters(steps * Limits.CharactersPerStep);
    }

    public void ChargeCharacters(long count)
    {
        _budget -= count;
        if (_budget < 0)
            ThrowOutOfSteps();
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
