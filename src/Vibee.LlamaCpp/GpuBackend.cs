using System.Runtime.InteropServices;

namespace Vibee.LlamaCpp;

/// <summary>Whether there is a GPU to use, and if not, what the user can do about it.</summary>
internal static class GpuBackend
{
    private static readonly string[] Names = ["cuda", "vulkan", "hip", "metal", "sycl", "musa", "opencl", "cann", "openvino"];

    /// <summary>The libraries of a build that are for GPUs.</summary>
    public static List<string> Libraries(string directory) =>
    [
        .. Directory.EnumerateFiles(directory)
            .Where(file => Names.Any(name => Path.GetFileNameWithoutExtension(file).EndsWith("ggml-" + name, StringComparison.Ordinal))),
    ];

    /// <returns>Null when there is a GPU, otherwise a sentence.</returns>
    public static string? WhyAbsent(string libraryDirectory)
    {
        if (NativeMethods.ggml_backend_dev_by_type(NativeMethods.DeviceTypeGpu) != 0
            || NativeMethods.ggml_backend_dev_by_type(NativeMethods.DeviceTypeIntegratedGpu) != 0)
            return null;

        var backends = Libraries(libraryDirectory);
        if (backends.Count == 0)
            return "this build of llama.cpp is for the CPU only; build Vibee with VIBEE_LLAMA_VARIANT=cuda or vulkan, or use --llama-lib with a build for your GPU";

        foreach (var backend in backends)
        {
            // llama.cpp passes over a library that does not load, so only another attempt tells what it lacks.
            try
            {
                NativeLibrary.Free(NativeLibrary.Load(backend));
            }
            catch (DllNotFoundException exception)
            {
                return $"a library that it needs is not installed: {NativeText.WhyNotLoaded(exception)}";
            }
        }

        return $"{string.Join(" and ", backends.Select(Path.GetFileName))} found no device";
    }
}
