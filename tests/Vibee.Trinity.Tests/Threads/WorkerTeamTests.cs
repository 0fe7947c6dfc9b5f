using Vibee.Trinity.Threads;

namespace Vibee.Trinity.Tests.Threads;

public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_ManyPhases_EveryWorkerSeesWhatTheOthersWrote(int count)
    {
        using var team = new WorkerTeam(count);
        var values = new int[count];
        Action<Worker> work = worker =>
        {
            for (var phase = 1; phase <= 50; phase++)
            {
                values[worker.Index] = phase;
                worker.Sync();
                Assert.All(values, value => Assert.Equal(phase, value));
                worker.Sync();
            }
        };
        for (var i = 0; i < 20; i++)
            team.Run(work);
    }

    [Fact]
    public void Run_WorkerThrows_CallerGetsItAndNobodyHangs()
    {
        using var team = new WorkerTeam(3);
        var failure = Assert.Throws<FormatException>(() => team.Run(worker =>
        {
            worker.Sync();
            if (worker.Index == 2)
                throw new FormatException("broken");
            worker.Sync();
        }));
        Assert.Equal("broken", failure.Message);
        Assert.Throws<FormatException>(() => team.Run(_ => { }));
    }

    [Theory]
    [InlineData(100, 1, 3)]
    [InlineData(7, 16, 4)]
    [InlineData(0, 16, 4)]
    [InlineData(4096, 16, 5)]
    public void Share_AllWorkers_CoverEverythingOnceInWholeGranules(int count, int granule, int workers)
    {
        using var team = new WorkerTeam(workers);
        var next = 0;
        foreach (var worker in team.Workers)
        {
            var (start, end) = worker.Share(count, granule);
            Assert.Equal(next, start);
            Assert.True(end == count || end % granule == 0);
            next = end;
        }

        Assert.Equal(count, next);
    }

    [Theory]
    [InlineData(100, 1, 3)]
    [InlineData(7, 16, 4)]
    [InlineData(0, 16, 4)]
    [InlineData(4096, 16, 5)]
    [InlineData(5000, 16, 1)]
    public void Deal_InTurnByAllWorkers_EverythingOnceInWholeGranules(int count, int granule, int workers)
    {
        using var team = new WorkerTeam(workers);
        var taken = new int[count];
        for (var deal = 0; deal < 3; deal++)
        {
            Array.Clear(taken);
            team.Run(worker =>
            {
                var runs = worker.Deal(count, granule);
                while (runs.TryTake(out var start, out var end))
                {
                    Assert.True(start % granule == 0 && (end == count || end % granule == 0));
                    for (var i = start; i < end; i++)
                        Interlocked.Increment(ref taken[i]);
                }
            });
            Assert.All(taken, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void Deal_AWorkerThatComesLate_FindsNothingOfWhatTheOthersHaveDone()
    {
        using var team = new WorkerTeam(2);
        var taken = new int[2, 100];
        using var done = new ManualResetEventSlim();
        team.Run(worker =>
        {
            for (var deal = 0; deal < 2; deal++)
            {
                var runs = worker.Deal(100);
                if (worker.Index == 1)
                    done.Wait(TestContext.Current.CancellationToken);
                while (runs.TryTake(out var start, out var end))
                {
                    for (var i = start; i < end; i++)
                        Interlocked.Increment(ref taken[deal, i]);
                }
            }

            done.Set();
        });
        Assert.All(taken.Cast<int>(), times => Assert.Equal(1, times));
    }
}
