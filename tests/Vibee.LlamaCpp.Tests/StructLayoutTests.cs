using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Vibee.Engine.Embeddings;

namespace Vibee.LlamaCpp.Tests;

/// <summary>Every struct that crosses into native code, against the C headers as a C compiler sees them.</summary>
public sealed class StructLayoutTests(HeaderFixture headers) : IClassFixture<HeaderFixture>
{
    private static readonly (Type Managed, string Native)[] Structs =
    [
        (typeof(ModelParams), "struct llama_model_params"),
        (typeof(ContextParams), "struct llama_context_params"),
        (typeof(NativeBatch), "struct llama_batch"),
        (typeof(ThreadpoolParams), "struct ggml_threadpool_params"),
    ];

    private static readonly (string Native, int Value)[] Constants =
    [
        ("LLAMA_TOKEN_NULL", NativeMethods.NoToken),
        ("LLAMA_VOCAB_TYPE_NONE", NativeMethods.VocabTypeNone),
        ("LLAMA_VOCAB_TYPE_SPM", NativeMethods.VocabTypeSpm),
        ("LLAMA_VOCAB_TYPE_BPE", NativeMethods.VocabTypeBpe),
        ("LLAMA_VOCAB_TYPE_WPM", NativeMethods.VocabTypeWpm),
        ("LLAMA_TOKEN_ATTR_LSTRIP | LLAMA_TOKEN_ATTR_RSTRIP", NativeMethods.AttributesOfStripping),
        ("LLAMA_POOLING_TYPE_MEAN", (int)Pooling.Mean),
        ("LLAMA_POOLING_TYPE_CLS", (int)Pooling.Cls),
        ("LLAMA_POOLING_TYPE_LAST", (int)Pooling.Last),
        ("LLAMA_POOLING_TYPE_RANK", (int)Pooling.Rank),
        ("LLAMA_TOKEN_ATTR_UNKNOWN | LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_USER_DEFINED", NativeMethods.AttributesOfWholeTokens),
        ("GGML_BACKEND_DEVICE_TYPE_CPU", NativeMethods.DeviceTypeCpu),
        ("GGML_BACKEND_DEVICE_TYPE_GPU", NativeMethods.DeviceTypeGpu),
        ("GGML_BACKEND_DEVICE_TYPE_IGPU", NativeMethods.DeviceTypeIntegratedGpu),
        ("GGML_LOG_LEVEL_DEBUG", NativeMethods.LogLevelDebug),
        ("GGML_LOG_LEVEL_WARN", NativeMethods.LogLevelWarn),
        ("GGML_LOG_LEVEL_ERROR", NativeMethods.LogLevelError),
        ("GGML_LOG_LEVEL_CONT", NativeMethods.LogLevelContinue),
        ("LLAMA_FLASH_ATTN_TYPE_DISABLED", 0),
        ("LLAMA_FLASH_ATTN_TYPE_ENABLED", 1),
    ];

    [Fact]
    public void Structs_AgainstTheHeaders_HaveTheSameSizesAndOffsets()
    {
        var program = new StringBuilder("#include <stddef.h>\n#include <stdio.h>\n#include \"llama.h\"\nint main(void) {\n");
        var expected = new StringBuilder();
        foreach (var (managed, native) in Structs)
        {
            Line($"sizeof({native})", Marshal.SizeOf(managed));
            foreach (var field in managed.GetFields(BindingFlags.Instance | BindingFlags.Public))
            {
                Line($"offsetof({native}, {field.Name})", (int)Marshal.OffsetOf(managed, field.Name));
                Line($"sizeof((({native} *)0)->{field.Name})", SizeOf(field.FieldType));
            }
        }

        foreach (var (native, value) in Constants)
            Line($"(int)({native})", value);
        program.Append("return 0; }\n");

        Assert.Equal(expected.ToString(), headers.RunC(program.ToString()));

        void Line(string expression, int value)
        {
            program.Append($"printf(\"%s %d\\n\", \"{expression}\", (int)({expression}));\n");
            expected.Append($"{expression} {value}\n");
        }
    }

    private static int SizeOf(Type type) =>
        type.IsPointer || type.IsFunctionPointer || type.IsUnmanagedFunctionPointer ? nint.Size : Marshal.SizeOf(type);
}
