using Vibee.Engine;
using Vibee.Engine.Runners;

namespace Vibee.Clients.Tests;

/// <summary>A model that says <c>x</c> for ever, to one client at a time: who does not leave it is noticed by the
/// next.</summary>
internal static class Endless
{
    private const string EndOfTurn = "<|im_end|>";

    public static ScriptedRunner Create(int contextLength = 1 << 20)
    {
        var tokenizer = new WordTokenizer(["x", "user", "assistant"], [EndOfTurn, "<|im_start|>"]);
        var x = tokenizer.Encode("x", addSpecial: false, parseSpecial: false).Single();
        var model = new ModelInfo
        {
            Architecture = "endless",
            TrainedContextLength = contextLength,
            EmbeddingLength = 0,
            EndText = EndOfTurn,
        };
        var capacity = new RunnerCapacity(Slots: 1, BatchTokens: 64, ContextLength: contextLength, KvCells: contextLength);
        return new ScriptedRunner(model, tokenizer, capacity, _ => x);
    }
}
