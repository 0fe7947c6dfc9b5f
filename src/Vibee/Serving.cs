namespace Vibee;
internal static class Serving
{
    public static Task<int> RunAsync(ServeSettings settings) { Console.WriteLine(settings); return Task.FromResult(0); }
}
