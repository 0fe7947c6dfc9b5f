using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Vibee.LlamaCpp;

/// <summary>
/// A failed assertion in native code, after which the process cannot go on: ggml aborts when the callback returns. A bad
/// model file is the user's to correct, so while one is loaded it ends like any other refusal, with one line and exit
/// code 1 instead of a signal and a core dump.
/// </summary>
internal static unsafe partial class NativeAbort
{
    private static volatile string? _loading;

    public static void Install() => NativeMethods.ggml_set_abort_callback(&OnAbort);

    public static void BeginLoading(string path) => _loading = path;

    public static void EndLoading() => _loading = null;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnAbort(byte* message)
    {
        try
        {
            var reason = WithoutFolder(NativeText.Line(message));
            if (_loading is { } path)
                Console.Error.WriteLine($"vibee: {path}: llama.cpp cannot load this model ({reason})");
            else
                LogAborted(NativeLog.Logger, reason);
        }
        catch (Exception)
        {
            // Ending is all that is left to do.
        }

        if (_loading is not null)
            EndProcess();
    }

    // Environment.Exit would run exit handlers, finalizers and native destructors while this and perhaps other threads
    // stand in the middle of native code that has just found its own state broken, and could hang. Nothing that the
    // process holds needs them.
    private static void EndProcess()
    {
        if (OperatingSystem.IsWindows())
            TerminateProcess(GetCurrentProcess(), 1);
        else
            ExitNow(1);
    }

    // "/build/machine/folder/ggml.c:123: GGML_ASSERT(…) failed": the folder is of no use to anyone.
    private static string WithoutFolder(string message)
    {
        var colon = message.IndexOf(": ", StringComparison.Ordinal);
        var slash = message.AsSpan(0, Math.Max(colon, 0)).LastIndexOfAny('/', '\\');
        return message[(slash + 1)..];
    }

    [LoggerMessage(LogLevel.Critical, "llama.cpp failed and the process must end: {Reason}")]
    private static partial void LogAborted(ILogger logger, string reason);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);

    [LibraryImport("kernel32")]
    private static partial nint GetCurrentProcess();

    [LibraryImport("kernel32")]
    private static partial int TerminateProcess(nint process, uint code);
}
