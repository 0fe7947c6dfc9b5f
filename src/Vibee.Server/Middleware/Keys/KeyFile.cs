using System.Text.Json;
using Vibee.Gguf;

namespace Vibee.Server.Middleware.Keys;

/// <summary>The file of named keys that <c>vibee keys</c> writes and the server reads.</summary>
public static class KeyFile
{
    /// <summary>The keys of a file.</summary>
    /// <exception cref="IOException">There is no such file, or it is not one of keys; the message says where.</exception>
    public static IReadOnlyList<ApiKey> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var document = JsonSerializer.Deserialize(file, KeyJson.Default.KeyDocument) ?? throw new JsonException("null is no object");
            return document.ToKeys();
        }
        catch (JsonException exception)
        {
            var place = exception.LineNumber is { } line ? $":{line + 1}" : "";
            throw new IOException($"{path}{place}: not a file of keys: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path}: {PathProblem.OfReading(path, exception)}", exception);
        }
    }

    /// <summary>Changes a file, which comes to be if it is not there. Whoever reads it meanwhile sees all of the change or
    /// nothing, and nobody else changes it meanwhile: there can be one draft of it only.</summary>
    /// <exception cref="IOException">It cannot be read or written, or somebody else is changing it.</exception>
    public static void Change(string path, Func<IReadOnlyList<ApiKey>, IReadOnlyList<ApiKey>> change)
    {
        var draft = path + ".new";
        if (Directory.Exists(path))
            throw new IOException($"{path}: {PathProblem.Find(path)}");
        try
        {
            using var file = Begin(draft, path);
            try
            {
                var keys = change(File.Exists(path) ? Read(path) : []);
                JsonSerializer.Serialize(file, KeyDocument.Of(keys), KeyJson.Default.KeyDocument);
                file.Write("\n"u8);
                file.Flush(flushToDisk: true);
                file.Dispose();
                File.Move(draft, path, overwrite: true);
            }
            catch
            {
                file.Dispose();
                File.Delete(draft);
                throw;
            }
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{path}: {PathProblem.OfWriting(path, exception)}", exception);
        }
    }

    private static FileStream Begin(string draft, string path)
    {
        try
        {
            return new FileStream(draft, Options(path));
        }
        catch (IOException exception) when (File.Exists(draft))
        {
            throw new IOException($"{draft} is there: somebody else is changing {path}; or was interrupted, then delete it", exception);
        }
        catch (IOException exception)
        {
            throw new IOException($"{path}: {PathProblem.OfWriting(path, exception)}", exception);
        }
    }

    // A new file is its owner's alone. Who opened one to others, such as the server's group, meant to.
    private static FileStreamOptions Options(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = File.Exists(path) ? File.GetUnixFileMode(path) : UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
