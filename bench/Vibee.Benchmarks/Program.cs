using BenchmarkDotNet.Running;
using Vibee.Benchmarks;

if (args is ["key-timing"])
    return KeyTiming.Run();
if (args is ["kernels", .. var kernels])
    return KernelSpeed.Run(kernels);

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
