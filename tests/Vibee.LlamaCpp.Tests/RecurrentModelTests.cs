namespace Vibee.LlamaCpp.Tests;

public sealed class RecurrentModelTests
{
    private static readonly int[] Prompt = [5, 17, 33, 64, 90, 11];

    [Fact]
    public void Truncate_PartOfARecurrentState_IsRefusedAndChangesNothing()
    {
        using var runner = Load();
        var expected = runner.Generate(Prompt, 8);
        Assert.True(runner.Truncate(0, 0));

        var first = runner.Evaluate(Prompt);
        Assert.False(runner.Truncate(0, 3));
        Assert.True(runner.Truncate(0, Prompt.Length));

        Assert.Equal(expected, runner.Continue(first, Prompt.Length, 8));
    }

    [Fact]
    public void Fork_WholeRecurrentState_BothContinue()
    {
        using var runner = Load();
        var expected = runner.Generate(Prompt, 8);
        runner.Truncate(0, 0);

        var first = runner.Evaluate(Prompt);
        runner.Fork(0, 1, Prompt.Length);
        Assert.False(runner.Fork(0, 2, 3));

        Assert.Equal(expected, runner.Continue(first, Prompt.Length, 8, slot: 1));
        Assert.Equal(expected, runner.Continue(first, Prompt.Length, 8, slot: 0));
    }

    [Fact]
    public void Restore_SavedRecurrentState_Continues()
    {
        using var runner = Load();
        var first = runner.Evaluate(Prompt);
        var state = runner.Save(0)!;
        var expected = runner.Continue(first, Prompt.Length, 8);

        Assert.True(runner.Restore(3, state, Prompt.Length));

        Assert.Equal(expected, runner.Continue(first, Prompt.Length, 8, slot: 3));
    }

    private static LlamaRunner Load() => Generation.Load(Repository.Shared("models", "arch", "mamba-dense-Q8_0.gguf"));
}
