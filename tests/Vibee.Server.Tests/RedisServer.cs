using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Vibee.Server.Tests;

/// <summary>A Redis of the test's own. Where none is installed, Debian's is fetched once into the folder of build outputs,
/// which needs no rights.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly SemaphoreSlim Fetching = new(1);

    private readonly string _executable;
    private Process _process;

    private RedisServer(string executable, int port)
    {
        (_executable, Port) = (executable, port);
        _process = Run();
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Skips the test where there is no Redis and none can be had.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        if (await FindAsync() is not { } executable)
        {
            Assert.Skip("There is no redis-server, and apt-get cannot fetch one.");
            throw new UnreachableException();
        }

        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var number = ((IPEndPoint)port.LocalEndpoint).Port;
        port.Stop();
        var server = new RedisServer(executable, number);
        await server.ListensAsync();
        return server;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task RestartAsync()
    {
        _process.Dispose();
        _process = Run();
        await ListensAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private Process Run()
    {
        var start = new ProcessStartInfo(_executable, ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        if (Path.GetDirectoryName(_executable) is { Length: > 0 } bin)
        {
            var root = Path.GetFullPath(Path.Combine(bin, "..", ".."));
            var libraries = Directory.GetDirectories(root, "*-linux-gnu", SearchOption.AllDirectories);
            start.Environment["LD_LIBRARY_PATH"] = string.Join(':', libraries);
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private Task ListensAsync() => TestServer.UntilAsync(() =>
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            Assert.False(_process.HasExited, "redis-server ended at once.");
            return false;
        }
    });

    private static async Task<string?> FindAsync()
    {
        if (OnPath("redis-server"))
            return "redis-server";
        if (!OnPath("apt-get") || !OnPath("dpkg") || FindArtifacts() is not { } artifacts)
            return null;
        var folder = Path.Combine(artifacts, "redis");
        var executable = Path.Combine(folder, "usr", "bin", "redis-server");
        await Fetching.WaitAsync();
        try
        {
            return File.Exists(executable) || (await FetchAsync(folder) && File.Exists(executable)) ? executable : null;
        }
        finally
        {
            Fetching.Release();
        }
    }

    // Made beside its place and moved there whole: the tests run in several processes.
    private static async Task<bool> FetchAsync(string folder)
    {
        var draft = Directory.CreateDirectory($"{folder}.{Environment.ProcessId}").FullName;
        try
        {
            if (!await RunAsync(draft, "apt-get", "download", "redis-server", "redis-tools", "libjemalloc2", "liblzf1", "libatomic1"))
                return false;
            foreach (var package in Directory.GetFiles(draft, "*.deb"))
            {
                if (!await RunAsync(draft, "dpkg", "-x", package, draft))
                    return false;
            }

            if (!Directory.Exists(folder))
                Directory.Move(draft, folder);
            return true;
        }
        catch (IOException)
        {
            return Directory.Exists(folder); // another process was faster
        }
        finally
        {
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
        }
    }

    private static async Task<bool> RunAsync(string directory, string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await output;
        return process.ExitCode == 0;
    }

    private static bool OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, name)));

    private static string? FindArtifacts()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Vibee.slnx")))
                return Path.Combine(folder, "artifacts");
        }

        return null;
    }
}
