using Vibee.Engine.Runners;

namespace Vibee.Engine.Tests;

/// <summary>Holds the engine's thread inside a call until a test has arranged what it wants to see.</summary>
internal sealed class Gate : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _held = new();
    private readonly ManualResetEventSlim _open = new();

    public ScriptedNext Wrap(ScriptedNext next) => tokens =>
    {
        Pass();
        return next(tokens);
    };

    public void Pass()
    {
        _held.Set();
        Assert.True(_open.Wait(Patience), "The test never opened the gate.");
    }

    public void WaitUntilHeld() => Assert.True(_held.Wait(Patience), "The engine never came to the gate.");

    public void Open() => _open.Set();

    public void Dispose() => Open();
}
