using BenchmarkDotNet.Running;
using Vibee.Benchmarks;

if (args is ["key-timing"])
    return KeyTiming.Run();

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
