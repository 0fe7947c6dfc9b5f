using System.Text.Json.Serialization;
using Vibee.Bench.Engines;
using Vibee.Bench.Load;

namespace Vibee.Bench;

/// <summary>The reports as JSON.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EngineReport))]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class BenchJson : JsonSerializerContext;
