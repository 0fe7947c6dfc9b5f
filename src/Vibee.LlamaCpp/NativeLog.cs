using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Vibee.LlamaCpp;

/// <summary>
/// What llama.cpp has to say, as lines of our log; without this it writes to the terminal. Its log is one for the
/// process, so the logger of the model loaded last receives it.
/// </summary>
internal static unsafe partial class NativeLog
{
    private static readonly Lock Gate = new();
    private static readonly StringBuilder Partial = new(); // a line that has not been ended yet
    private static int _partialLevel;
    private static volatile ILogger _logger = NullLogger.Instance;
    private static volatile string? _lastError;
    private static volatile bool _isLoading;

    /// <summary>The latest error line: why a call failed. Calls report failure and log the reason.</summary>
    public static string Reason => _lastError ?? "it gave no reason";

    public static ILogger Logger => _logger;

    public static void Install() => NativeMethods.llama_log_set(&OnLog, null);

    /// <summary>Until <see cref="EndLoading"/> everything is logged as Debug: what matters reaches the user in the
    /// exception, once, and the warnings are about numbers that Vibee chose on purpose.</summary>
    public static void BeginLoading(ILogger logger)
    {
        _logger = logger;
        _lastError = null;
        _isLoading = true;
    }

    public static void EndLoading() => _isLoading = false;

    // Called by any native thread, at any time.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(int level, byte* text, void* userData)
    {
        try
        {
            Append(level, MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
        }
        catch (Exception)
        {
            // A logger that throws must not unwind through native frames, and there is nobody to tell.
        }
    }

    private static void Append(int level, ReadOnlySpan<byte> text)
    {
        string line;
        lock (Gate)
        {
            if (level != NativeMethods.LogLevelContinue)
                _partialLevel = level;
            level = _partialLevel;
            if (text is [.., not (byte)'\n'])
            {
                if (Partial.Length < 4096)
                    Partial.Append(NativeText.Line(text));
                return;
            }

            line = Partial.Append(NativeText.Line(text)).ToString().TrimEnd();
            Partial.Clear();
        }

        // The line that closes a failed load says only that it failed.
        if (level == NativeMethods.LogLevelError && !line.EndsWith("failed to load model", StringComparison.Ordinal))
            _lastError = WithoutFunction(line);
        // Loading prints its progress as single dots.
        if (line.AsSpan().Trim('.').Length > 0)
            LogLine(_logger, Severity(level), line);
    }

    private static LogLevel Severity(int level) => level switch
    {
        NativeMethods.LogLevelError when !_isLoading => LogLevel.Error,
        // A full KV cache is a warning there and an everyday answer here.
        NativeMethods.LogLevelWarn when !_isLoading => LogLevel.Information,
        NativeMethods.LogLevelDebug => LogLevel.Trace,
        _ => LogLevel.Debug, // its "info" is a dump of every property of the model
    };

    // "llama_model_load: error loading model: wrong number of tensors" → "wrong number of tensors".
    private static string WithoutFunction(string line)
    {
        const string Loading = "error loading model: ";
        var start = line.IndexOf(Loading, StringComparison.Ordinal);
        if (start >= 0)
            return line[(start + Loading.Length)..];
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && !line.AsSpan(0, colon).Contains(' ') ? line[(colon + 2)..] : line;
    }

    [LoggerMessage(Message = "llama.cpp: {Line}")]
    private static partial void LogLine(ILogger logger, LogLevel level, string line);
}
