namespace Vibee.Trinity.Kernels.Panels;

/// <summary>How panels hold weights in blocks of 256, with small scales for fewer of them.</summary>
internal interface ISuperPanel<TLanes, TV> : ICodes<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    /// <summary>Weights that share a small scale: 16 or 32; 128 where there are none, and it is 1.</summary>
    static abstract int ScaleLength { get; }

    /// <summary>What is taken from codes to have weights; the small scales then have a sign.</summary>
    static abstract int Zero { get; }

    /// <summary>Whether there are offsets, as many as small scales.</summary>
    static abstract bool HasOffsets { get; }
}
