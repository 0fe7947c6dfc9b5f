using System.Reflection;
using System.Text.RegularExpressions;

namespace Vibee.Server.Tests;

/// <summary>The contract lists cases by id; a test's name begins with the ids of the cases it is about.</summary>
public partial class ContractTests
{
    /// <summary>Cases and whole groups of cases that have no test here, and why.</summary>
    private static readonly (string Ids, string Reason)[] Elsewhere =
    [
        ("N04 N07", "llama-server's /infill, /props and /slots are not offered"),
    ];

    [Fact]
    public void EveryCase_OfTheContract_HasATest()
    {
        if (FindContract() is not { } contract)
        {
            Assert.Skip("there is no ../shared/openai-conformance.md");
            return;
        }

        var tested = typeof(ContractTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .SelectMany(method => Prefix().Match(method.Name).Value.Split('_', StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet();
        var elsewhere = Elsewhere.SelectMany(group => group.Ids.Split(' ')).ToHashSet();
        var cases = Row().Matches(File.ReadAllText(contract)).Select(row => row.Groups[1].Value).ToList();

        Assert.True(cases.Count > 90, "The contract has another form than this test knows.");
        var untested = cases.Where(id => !tested.Contains(id) && !elsewhere.Contains(id) && !elsewhere.Contains(id[..1])).ToList();
        var unknown = tested.Except(cases).ToList();
        Assert.Equal([], untested);
        Assert.Equal([], unknown);

        var stale = elsewhere.Where(id => tested.Contains(id) || !cases.Any(name => name.StartsWith(id, StringComparison.Ordinal)));
        Assert.Equal([], stale);
    }

    private static string? FindContract()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Vibee.slnx")))
            directory = directory.Parent;
        var path = Path.Combine(directory?.Parent?.FullName ?? "", "shared", "openai-conformance.md");
        return File.Exists(path) ? path : null;
    }

    [GeneratedRegex("^([A-Z][0-9]{2}_)+")]
    private static partial Regex Prefix();

    [GeneratedRegex("^\\| ([A-Z][0-9]{2})[ *²★]* \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
