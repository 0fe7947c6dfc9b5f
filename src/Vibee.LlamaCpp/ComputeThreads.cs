namespace Vibee.LlamaCpp;

/// <summary>
/// The threads that compute for one context. Without them llama.cpp starts and ends threads in every forward call.
/// They are created by the CPU backend that was chosen, so its functions are asked for by name.
/// </summary>
internal sealed unsafe class ComputeThreads : IDisposable
{
    private readonly delegate* unmanaged[Cdecl]<nint, void> _free;
    private nint _pool;

    private ComputeThreads(nint pool, delegate* unmanaged[Cdecl]<nint, void> free)
    {
        _pool = pool;
        _free = free;
    }

    /// <returns>Null where the backend offers none.</returns>
    public static ComputeThreads? Attach(nint context, int count)
    {
        var cpu = NativeMethods.ggml_backend_dev_backend_reg(NativeMethods.ggml_backend_dev_by_type(NativeMethods.DeviceTypeCpu));
        var create = (delegate* unmanaged[Cdecl]<ThreadpoolParams*, nint>)NativeMethods.ggml_backend_reg_get_proc_address(cpu, "ggml_threadpool_new");
        var free = (delegate* unmanaged[Cdecl]<nint, void>)NativeMethods.ggml_backend_reg_get_proc_address(cpu, "ggml_threadpool_free");
        if (create is null || free is null)
            return null;

        ThreadpoolParams parameters;
        NativeMethods.ggml_threadpool_params_init(&parameters, count);
        var pool = create(&parameters);
        if (pool == 0)
            return null;
        NativeMethods.llama_attach_threadpool(context, pool, pool);
        return new ComputeThreads(pool, free);
    }

    /// <summary>Only after the context is freed.</summary>
    public void Dispose()
    {
        if (_pool != 0)
            _free(_pool);
        _pool = 0;
    }
}
