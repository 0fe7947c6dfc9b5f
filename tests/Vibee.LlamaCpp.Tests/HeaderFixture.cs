using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Vibee.LlamaCpp.Tests;

/// <summary>
/// The C headers of the pinned llama.cpp version. They are in the package node-llama-cpp, as a git bundle of the
/// sources; fetched once into artifacts/.
/// </summary>
public sealed class HeaderFixture
{
    private const string Package = "node-llama-cpp@3.22.1";
    private const string Sha512 = "bltIipuWmc123H7tMIgDGKSsSrhmhlQYeVUC48XTjVW7XGJJiJJyCdlTMzQ/LiWoPkGDpcL4FviDpgw7qfTiDw==";

    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "llama-headers");

    /// <summary>Compiles a C program against the headers and runs it.</summary>
    /// <returns>What it printed. Skips the test where a tool or the package is missing.</returns>
    public string RunC(string source)
    {
        Fetch();
        var work = Directory.CreateTempSubdirectory("vibee-layout-");
        try
        {
            var file = Path.Combine(work.FullName, "layout.c");
            File.WriteAllText(file, source);
            var program = Path.Combine(work.FullName, "layout");
            Run(work.FullName, "cc", "-I", Path.Combine(Folder, "include"), "-I", Path.Combine(Folder, "ggml", "include"), file, "-o", program);
            return Run(work.FullName, program);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static void Fetch()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("compiling with cc is not set up for Windows");
        if (File.Exists(Path.Combine(Folder, "include", "llama.h")))
            return;
        var work = Folder + "." + Environment.ProcessId;
        Directory.CreateDirectory(work);
        try
        {
            Run(work, "npm", "pack", "--silent", "--ignore-scripts", Package);
            var archive = Directory.GetFiles(work, "*.tgz").Single();
            using (var stream = File.OpenRead(archive))
                Assert.Equal(Sha512, Convert.ToBase64String(SHA512.HashData(stream)));
            Run(work, "tar", "-xzf", archive, "package/llama/gitRelease.bundle");
            Run(work, "git", "clone", "--quiet", "--no-checkout", "package/llama/gitRelease.bundle", "sources");
            Run(Path.Combine(work, "sources"), "git", "checkout", "--quiet", "HEAD", "--", "include", "ggml/include");
            if (Directory.Exists(Folder))
                Directory.Delete(Folder, recursive: true);
            Directory.Move(Path.Combine(work, "sources"), Folder);
            Directory.Delete(Path.Combine(Folder, ".git"), recursive: true);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static string Run(string folder, string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
            })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            // Without a network there is no package. A compiler that refuses the program is what the test is about.
            if (process.ExitCode != 0 && program == "npm")
                Assert.Skip($"npm {arguments.FirstOrDefault()} ended with exit code {process.ExitCode}");
            Assert.True(process.ExitCode == 0, $"{program} ended with exit code {process.ExitCode}");
            return output;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed");
            throw;
        }
    }
}
