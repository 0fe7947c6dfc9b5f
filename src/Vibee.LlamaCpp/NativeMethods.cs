using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// The structs are blittable and bool is one byte, as in C; nothing is marshalled behind our back.
[assembly: DisableRuntimeMarshalling]

namespace Vibee.LlamaCpp;

/// <summary>
/// The part of <c>llama.h</c>, <c>ggml.h</c> and <c>ggml-backend.h</c> of llama.cpp v0.5.0 that Vibee calls, by its C
/// names. Models, contexts, vocabularies, memories, devices and registries are opaque pointers.
/// </summary>
/// <remarks><see cref="LlamaLibrary.Load"/> must have succeeded before any of these is called. A failed assertion in
/// native code ends the process (<see cref="NativeAbort"/>), so arguments are checked on this side.</remarks>
internal static unsafe partial class NativeMethods
{
    // Resolved by LlamaLibrary: file names differ from platform to platform and from build to build.
    internal const string Llama = "llama";
    internal const string Ggml = "ggml";
    internal const string GgmlBase = "ggml-base";

    internal const int LogLevelDebug = 1;
    internal const int LogLevelWarn = 3;
    internal const int LogLevelError = 4;
    internal const int LogLevelContinue = 5;

    internal const int DeviceTypeCpu = 0;
    internal const int DeviceTypeGpu = 1;
    internal const int DeviceTypeIntegratedGpu = 2;

    internal const int VocabTypeNone = 0;
    internal const int VocabTypeSpm = 1;
    internal const int VocabTypeBpe = 2;
    internal const int VocabTypeWpm = 3;
    internal const int NoToken = -1;

    /// <summary>Unknown, control, user defined: found in text before anything else is.</summary>
    internal const int AttributesOfWholeTokens = 1 << 0 | 1 << 3 | 1 << 4;

    /// <summary>White space before or after them disappears.</summary>
    internal const int AttributesOfStripping = 1 << 7 | 1 << 8;

    /// <summary>The largest <c>n_seq_max</c> (<c>LLAMA_MAX_SEQ</c>).</summary>
    internal const int MaxSequences = 256;

    // Library

    [LibraryImport(Llama)]
    internal static partial byte* llama_version();

    [LibraryImport(Llama)]
    internal static partial void llama_backend_init();

    [LibraryImport(Llama)]
    internal static partial void llama_log_set(delegate* unmanaged[Cdecl]<int, byte*, void*, void> callback, void* userData);

    [LibraryImport(GgmlBase)]
    internal static partial nint ggml_set_abort_callback(delegate* unmanaged[Cdecl]<byte*, void> callback);

    // Backends and devices

    [LibraryImport(Ggml, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void ggml_backend_load_all_from_path(string directory);

    [LibraryImport(Ggml)]
    internal static partial nint ggml_backend_dev_by_type(int type);

    [LibraryImport(Ggml)]
    internal static partial nuint ggml_backend_dev_count();

    [LibraryImport(Ggml)]
    internal static partial nint ggml_backend_dev_get(nuint index);

    [LibraryImport(GgmlBase)]
    internal static partial int ggml_backend_dev_type(nint device);

    [LibraryImport(GgmlBase)]
    internal static partial byte* ggml_backend_dev_name(nint device);

    [LibraryImport(GgmlBase)]
    internal static partial byte* ggml_backend_dev_description(nint device);

    [LibraryImport(GgmlBase)]
    internal static partial nint ggml_backend_dev_backend_reg(nint device);

    [LibraryImport(GgmlBase, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void* ggml_backend_reg_get_proc_address(nint registry, string name);

    // Threads

    [LibraryImport(GgmlBase)]
    internal static partial void ggml_threadpool_params_init(ThreadpoolParams* parameters, int threads);

    [LibraryImport(Llama)]
    internal static partial void llama_attach_threadpool(nint context, nint pool, nint batchPool);

    /// <summary>Asked between the operations of a graph on the CPU; true ends the evaluation.</summary>
    [LibraryImport(Llama)]
    internal static partial void llama_set_abort_callback(nint context, delegate* unmanaged[Cdecl]<void*, byte> callback, void* data);

    // Models

    [LibraryImport(Llama)]
    internal static partial ModelParams llama_model_default_params();

    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint llama_model_load_from_file(string path, ModelParams parameters);

    [LibraryImport(Llama)]
    internal static partial void llama_model_free(nint model);

    [LibraryImport(Llama)]
    internal static partial nint llama_model_get_vocab(nint model);

    [LibraryImport(Llama)]
    internal static partial ulong llama_model_size(nint model);

    [LibraryImport(Llama)]
    internal static partial ulong llama_model_n_params(nint model);

    [LibraryImport(Llama)]
    internal static partial int llama_model_n_embd_out(nint model);

    [LibraryImport(Llama)]
    internal static partial uint llama_model_n_cls_out(nint model);

    [LibraryImport(Llama, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial byte* llama_model_chat_template(nint model, string name);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_model_has_encoder(nint model);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_model_has_decoder(nint model);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_model_is_recurrent(nint model);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_model_is_hybrid(nint model);

    /// <summary>The positions of its sliding window, 0 where it has none.</summary>
    [LibraryImport(Llama)]
    internal static partial int llama_model_n_swa(nint model);

    // Vocabulary

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_type(nint vocab);

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_n_tokens(nint vocab);

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_bos(nint vocab);

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_eos(nint vocab);

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_sep(nint vocab);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_vocab_is_eog(nint vocab, int token);

    [LibraryImport(Llama)]
    internal static partial int llama_vocab_get_attr(nint vocab, int token);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_vocab_get_add_bos(nint vocab);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_vocab_get_add_eos(nint vocab);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_vocab_get_add_sep(nint vocab);

    [LibraryImport(Llama)]
    internal static partial int llama_tokenize(
        nint vocab, byte* text, int textLength, int* tokens, int maxTokens,
        [MarshalAs(UnmanagedType.U1)] bool addSpecial, [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    [LibraryImport(Llama)]
    internal static partial int llama_token_to_piece(
        nint vocab, int token, byte* buffer, int length, int leadingSpaces, [MarshalAs(UnmanagedType.U1)] bool special);

    // Contexts

    [LibraryImport(Llama)]
    internal static partial ContextParams llama_context_default_params();

    [LibraryImport(Llama)]
    internal static partial nint llama_init_from_model(nint model, ContextParams parameters);

    [LibraryImport(Llama)]
    internal static partial void llama_free(nint context);

    [LibraryImport(Llama)]
    internal static partial uint llama_n_ctx(nint context);

    [LibraryImport(Llama)]
    internal static partial uint llama_n_batch(nint context);

    [LibraryImport(Llama)]
    internal static partial int llama_decode(nint context, NativeBatch batch);

    [LibraryImport(Llama)]
    internal static partial void llama_synchronize(nint context);

    [LibraryImport(Llama)]
    internal static partial float* llama_get_logits_ith(nint context, int index);

    [LibraryImport(Llama)]
    internal static partial float* llama_get_embeddings_seq(nint context, int sequence);

    // Memory: the KV cache, or the state of a recurrent model

    [LibraryImport(Llama)]
    internal static partial nint llama_get_memory(nint context);

    [LibraryImport(Llama)]
    internal static partial void llama_memory_clear(nint memory, [MarshalAs(UnmanagedType.U1)] bool data);

    [LibraryImport(Llama)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool llama_memory_seq_rm(nint memory, int sequence, int start, int end);

    [LibraryImport(Llama)]
    internal static partial void llama_memory_seq_cp(nint memory, int source, int target, int start, int end);

    [LibraryImport(Llama)]
    internal static partial int llama_memory_seq_pos_max(nint memory, int sequence);

    [LibraryImport(Llama)]
    internal static partial int llama_memory_seq_pos_min(nint memory, int sequence);

    [LibraryImport(Llama)]
    internal static partial nuint llama_state_seq_get_size(nint context, int sequence);

    [LibraryImport(Llama)]
    internal static partial nuint llama_state_seq_get_data(nint context, byte* target, nuint size, int sequence);

    [LibraryImport(Llama)]
    internal static partial nuint llama_state_seq_set_data(nint context, byte* source, nuint size, int sequence);
}
