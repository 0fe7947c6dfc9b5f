using System.Runtime.InteropServices;

namespace Vibee.LlamaCpp;

/// <summary>
/// A native model. Counted, because the tokenizer reads its vocabulary on any thread: a request that tokenizes while
/// the runner is disposed keeps the model for that moment, and later ones are refused.
/// </summary>
internal sealed class ModelHandle : SafeHandle
{
    public ModelHandle(nint model) : base(0, ownsHandle: true) => SetHandle(model);

    public override bool IsInvalid => handle == 0;

    /// <summary>For the runner, which holds the model for as long as it lives.</summary>
    public nint Pointer => handle;

    /// <summary>Whether it keeps, in all or some layers, one state for a whole sequence instead of cells.</summary>
    public bool IsRecurrent => NativeMethods.llama_model_is_recurrent(handle) || NativeMethods.llama_model_is_hybrid(handle);

    protected override bool ReleaseHandle()
    {
        NativeMethods.llama_model_free(handle);
        return true;
    }
}
