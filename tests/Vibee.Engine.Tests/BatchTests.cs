using Vibee.Engine;

namespace Vibee.Engine.Tests;

public class BatchTests
{
    [Fact]
    public void Add_AfterClear_StartsAtIndexZero()
    {
        var batch = new Batch(4);
        Assert.Equal(0, batch.Add(7, 0, 0, false));
        Assert.Equal(1, batch.Add(8, 1, 0, true));
        batch.Clear();

        Assert.Equal(0, batch.Add(9, 5, 2, true));
        Assert.Equal([9], batch.Tokens.ToArray());
        Assert.Equal([5], batch.Positions.ToArray());
        Assert.Equal([2], batch.Slots.ToArray());
        Assert.Equal([true], batch.WantsLogits.ToArray());
    }
}
