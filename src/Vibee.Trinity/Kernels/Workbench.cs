using Vibee.Trinity.Memory;
using Vibee.Trinity.Threads;

namespace Vibee.Trinity.Kernels;

/// <summary>What a worker needs for itself alone.</summary>
/// <param name="worker">Whose it is.</param>
/// <param name="arena">Where the buffers are cut from.</param>
/// <param name="longestRow">The most weights in a row of any matrix.</param>
/// <param name="attention">Floats that attention needs.</param>
internal sealed unsafe class Workbench(Worker worker, Arena arena, int longestRow, long attention)
{
    public Worker Worker => worker;

    public UnpackedRow Row { get; } = new(arena, longestRow);

    public float* Attention { get; } = arena.Take<float>(attention);
}
