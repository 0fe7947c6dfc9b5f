using System.Runtime.InteropServices;

namespace Vibee.Trinity.Memory;

/// <summary>What the system is told about memory. It is advice: a system that does not take it is only slower, or holds
/// more.</summary>
internal static unsafe partial class Pages
{
    // Of Linux's headers.
    private const int DoNotNeed = 4;
    private const int HugePage = 14;

    /// <summary>Memory that is read from end to end, again and again: with pages of 2 MB the processor looks up fewer
    /// addresses on the way.</summary>
    public static void PreferLarge(byte* start, long length) => Advise(start, length, HugePage);

    /// <summary>Pages of a mapped file that are not read again for now; reading them reads the file again.</summary>
    public static void Forget(byte* start, long length) => Advise(start, length, DoNotNeed);

    /// <summary>For the whole pages of a piece of memory.</summary>
    private static void Advise(byte* start, long length, int advice)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var page = (nuint)Environment.SystemPageSize;
        var first = ((nuint)start + page - 1) / page * page;
        var end = ((nuint)start + (nuint)length) / page * page;
        if (end > first)
            _ = Advise((byte*)first, end - first, advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* start, nuint length, int advice);
}
