using Vibee.Engine.Sampling;
using Vibee.Engine.Scheduling;

namespace Vibee.Engine.Tests.Scheduling;

public class SchedulerTests
{
    [Fact]
    public void Plan_FewTokensForManyPrompts_EveryoneHasATurn()
    {
        var scheduler = Running(Enumerable.Range(0, 6).Select(_ => 50));
        var budget = new StepBudget(7, 8);
        var decoding = Decoding(scheduler);

        // Streams first; one prompt token at a time is left, since nothing is known about costs.
        for (var step = 0; step < 12; step++)
        {
            var plan = scheduler.Plan(budget);
            Assert.Equal(decoding, plan[0].Sequence);
            Advance(plan.Skip(1));
        }

        Assert.All(scheduler.Running.Where(sequence => sequence != decoding), sequence => Assert.Equal(2, sequence.Evaluated));
    }

    [Fact]
    public void Plan_ALongPromptAmongShortOnes_IsNotStarved()
    {
        var scheduler = Running([400]);
        var budget = new StepBudget(8, 32);
        var steps = 0;
        for (; scheduler.Running.First().Pending > 1; steps++)
        {
            scheduler.Enqueue(Prompt(8)); // there is always another one
            while (scheduler.Running.Count < 4 && scheduler.Admit(_ => Admission.Granted) is not null)
            {
            }

            Advance(scheduler.Plan(budget));
            foreach (var done in scheduler.Running.Where(sequence => sequence.Pending == 0 && sequence.PromptLength == 8).ToList())
                scheduler.Remove(done);
            Assert.True(steps < 60, "The long prompt does not get on.");
        }
    }

    [Fact]
    public void Admit_WaitingForAPrefix_LetsOthersPass_WaitingForRoom_DoesNot()
    {
        var scheduler = new Scheduler(4, 4);
        var (first, second, third) = (Prompt(1), Prompt(2), Prompt(3));
        foreach (var sequence in new[] { first, second, third })
            scheduler.Enqueue(sequence);

        Assert.Equal(second, scheduler.Admit(sequence => sequence == first ? Admission.PrefixUnderWay : Admission.Granted));
        Assert.Null(scheduler.Admit(sequence => sequence == first ? Admission.NoRoom : Admission.Granted));
        // There is no more room before something ends, so nothing is searched for until then.
        Assert.Null(scheduler.Admit(_ => throw new InvalidOperationException("It was asked again.")));
        scheduler.Remove(second);
        Assert.Equal(first, scheduler.Admit(_ => Admission.Granted));
    }

    [Fact]
    public void Admit_ByPriority_FirstTheImportant_AmongEqualsTheOldest()
    {
        var scheduler = new Scheduler(8, 8);
        var (low, first, second, high) = (Prompt(1), Prompt(1), Prompt(1), Prompt(1));
        (low.Priority, high.Priority) = (-1, 1);
        foreach (var sequence in new[] { low, first, second, high })
            scheduler.Enqueue(sequence);

        Assert.Equal([high, first, second, low], Enumerable.Range(0, 4).Select(_ => scheduler.Admit(_ => Admission.Granted)));
    }

    [Fact]
    public void Admit_ImportantOnesWithoutEnd_TheOthersAreNotStarved()
    {
        var scheduler = new Scheduler(1, 1);
        var waiting = Prompt(1);
        scheduler.Enqueue(waiting);

        var passed = 0;
        for (; passed <= 3 * Scheduler.HeadStart; passed++)
        {
            var important = Prompt(1);
            important.Priority = 3;
            scheduler.Enqueue(important);
            var admitted = scheduler.Admit(_ => Admission.Granted)!;
            if (admitted == waiting)
                break;
            scheduler.Remove(admitted);
        }

        Assert.InRange(passed, 1, 3 * Scheduler.HeadStart);
    }

    private static Sequence Prompt(int tokens) => new(Enumerable.Range(0, tokens).ToArray(), 10, SamplingParams.Default);

    private static Scheduler Running(IEnumerable<int> prompts)
    {
        var scheduler = new Scheduler(8, 8);
        foreach (var tokens in prompts)
            scheduler.Enqueue(Prompt(tokens));
        while (scheduler.Admit(_ => Admission.Granted) is not null)
        {
        }

        return scheduler;
    }

    private static Sequence Decoding(Scheduler scheduler)
    {
        var sequence = Prompt(1);
        scheduler.Enqueue(sequence);
        scheduler.Admit(_ => Admission.Granted);
        sequence.Evaluated = 1;
        sequence.Append(5);
        return sequence;
    }

    private static void Advance(IEnumerable<ScheduledTokens> plan)
    {
        foreach (var (sequence, count) in plan.ToList())
            sequence.Evaluated += count;
    }
}
