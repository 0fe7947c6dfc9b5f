using System.Reflection;
using System.Runtime.InteropServices;
using Vibee.Engine;

namespace Vibee.LlamaCpp;

/// <summary>
/// The native libraries: found, loaded once for the process, checked for their version, and their backends registered
/// (of the CPU backends in the folder, the best that this processor can run).
/// </summary>
internal static unsafe class LlamaLibrary
{
    /// <summary>The only version whose structs are laid out as <see cref="ModelParams"/> and the others say.</summary>
    public const string Version = "0.5.0";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, nint> Handles = [];
    private static string? _directory;

    // Allowed once for an assembly.
    static LlamaLibrary() => NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, Resolve);

    /// <summary>Where the build puts the libraries: beside the executable.</summary>
    public static string DefaultDirectory => Path.Combine(AppContext.BaseDirectory, "llama");

    public static string DirectoryOf(string? directory) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory ?? DefaultDirectory));

    public static bool IsPresent(string? directory) => Find(DirectoryOf(directory), NativeMethods.Llama) is not null;

    /// <summary>Loads from <paramref name="directory"/>, or the default one. Further calls do nothing.</summary>
    /// <exception cref="RunnerException">Nothing usable is there, or another directory was loaded before.</exception>
    public static void Load(string? directory)
    {
        lock (Gate)
        {
            var path = DirectoryOf(directory);
            if (_directory == path)
                return;
            if (_directory is not null)
                throw new RunnerException($"llama.cpp is already loaded from {_directory}; a process can use only one build of it, not also that in {path}.");

            LoadFiles(path, isDefault: directory is null);
            CheckVersion(path);
            NativeLog.Install();
            NativeAbort.Install();
            NativeMethods.ggml_backend_load_all_from_path(path);
            NativeMethods.llama_backend_init();
            if (NativeMethods.ggml_backend_dev_by_type(NativeMethods.DeviceTypeCpu) == 0)
                throw new RunnerException($"{path} has no CPU backend of llama.cpp (libggml-cpu) that this machine can run.");
            _directory = path;
        }
    }

    // Each library needs the ones before it, so they are loaded in this order. Loaded by full path, they satisfy each
    // other also where the folder is in no search path.
    private static void LoadFiles(string directory, bool isDefault)
    {
        if (Find(directory, NativeMethods.Llama) is null)
            throw new RunnerException(isDefault
                ? $"The llama.cpp libraries are missing in {directory}: install Node.js with npm and build Vibee again, or name the folder of a llama.cpp v{Version} build with --llama-lib."
                : $"There is no llama.cpp library in {directory} (--llama-lib).");

        foreach (var name in (ReadOnlySpan<string>)[NativeMethods.GgmlBase, NativeMethods.Ggml, NativeMethods.Llama])
        {
            var file = Find(directory, name) ?? throw new RunnerException($"{directory} has a llama.cpp library, but no {name} library beside it.");
            try
            {
                Handles[name] = NativeLibrary.Load(file);
            }
            catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
            {
                throw new RunnerException($"{file} cannot be loaded: {NativeText.WhyNotLoaded(exception)}", exception);
            }
        }
    }

    // The prebuilt packages have libllama.v0.5.0.so or libllama.cuda.v0.5.0.so, a build of one's own libllama.so with
    // versioned names beside it, Windows llama.dll. libllama-common.so is something else.
    private static string? Find(string directory, string name)
    {
        if (!Directory.Exists(directory))
            return null;
        var prefix = OperatingSystem.IsWindows() ? name : "lib" + name;
        var extension = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        var plain = Path.Combine(directory, prefix + extension);
        return File.Exists(plain) ? plain
            : Directory.EnumerateFiles(directory, prefix + ".*")
                .Where(file => file.EndsWith(extension, StringComparison.Ordinal) || file.Contains(extension + '.', StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).FirstOrDefault();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        Handles.TryGetValue(name, out var handle) ? handle : 0;

    private static void CheckVersion(string directory)
    {
        string? version;
        try
        {
            version = NativeText.Line(NativeMethods.llama_version());
        }
        catch (EntryPointNotFoundException)
        {
            version = null; // older than the function that tells
        }

        // A build from between two releases calls itself 0.5.0-dev.
        if (version != Version && version != Version + "-dev")
            throw new RunnerException($"{directory} has llama.cpp {version ?? "of an unknown version"}, but Vibee needs v{Version}: build that tag, or leave out --llama-lib.");
    }
}
