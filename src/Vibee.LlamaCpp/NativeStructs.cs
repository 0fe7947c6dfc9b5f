using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vibee.LlamaCpp;

// Layouts of llama.cpp v0.5.0, fields in the order of the C headers and under their names. A test compiles a C program
// against those headers and compares every size and offset; the version check at load keeps other layouts away. Start
// from the native defaults and change single fields: a zeroed struct is not a valid one.

/// <summary><c>struct llama_model_params</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ModelParams
{
    public nint devices;
    public nint tensor_buft_overrides;
    public int n_gpu_layers;
    public int split_mode;
    public int load_mode;
    public int lazy_mode;
    public int main_gpu;
    public float* tensor_split;
    public delegate* unmanaged[Cdecl]<float, void*, byte> progress_callback;
    public void* progress_callback_user_data;
    public nint kv_overrides;
    public byte vocab_only;
    public byte check_tensors;
    public byte use_extra_bufts;
    public byte no_host;
    public byte no_alloc;
    public byte load_mtp;
}

/// <summary><c>struct llama_context_params</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ContextParams
{
    public uint n_ctx;
    public uint n_batch;
    public uint n_ubatch;
    public uint n_seq_max;
    public uint n_rs_seq;
    public uint n_outputs_max;
    public uint n_outputs_max_per_seq;
    public int n_threads;
    public int n_threads_batch;
    public int ctx_type;
    public int rope_scaling_type;
    public int pooling_type;
    public int attention_type;
    public int flash_attn_type;
    public float rope_freq_base;
    public float rope_freq_scale;
    public float yarn_ext_factor;
    public float yarn_attn_factor;
    public float yarn_beta_fast;
    public float yarn_beta_slow;
    public uint yarn_orig_ctx;
    public float defrag_thold;
    public nint cb_eval;
    public void* cb_eval_user_data;
    public int type_k;
    public int type_v;
    public nint abort_callback;
    public void* abort_callback_data;
    public byte embeddings;
    public byte offload_kqv;
    public byte no_perf;
    public byte op_offload;
    public byte swa_full;
    public byte kv_unified;
    public nint samplers;
    public nuint n_samplers;
    public nint ctx_other;
}

/// <summary><c>struct llama_batch</c>; the arrays are the caller's.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeBatch
{
    public int n_tokens;
    public int* token;
    public float* embd;
    public int* pos;
    public int* n_seq_id;
    public int** seq_id;
    public byte* logits;
}

/// <summary><c>struct ggml_threadpool_params</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ThreadpoolParams
{
    public CpuMask cpumask;
    public int n_threads;
    public int prio;
    public uint poll;
    public byte strict_cpu;
    public byte paused;

    /// <summary><c>bool[GGML_MAX_N_THREADS]</c>.</summary>
    [InlineArray(512)]
    internal struct CpuMask
    {
        private byte _first;
    }
}
