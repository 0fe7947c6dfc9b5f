namespace Vibee.Engine.Runners;

/// <summary>
/// The model behind <c>vibee serve</c> without a model file: it says one sentence, token by token, whatever it is
/// asked, so that a client can be built and tested before anything is downloaded.
/// </summary>
public static class MockRunner
{
    private const string EndOfTurn = "<|im_end|>";
    private const string StartOfTurn = "<|im_start|>";

    private static readonly string[] Answer = ["Hello", "!", " I", " am", " i", "GLA", " assistant", "."];

    private static readonly string[] Words =
        [.. Answer, "user", "system", "assistant", " the", " a", " is", " you", " of", " and", " to", " in", "ing", "er", " world"];

    public static ScriptedRunner Create(RunnerCapacity capacity)
    {
        var tokenizer = new WordTokenizer(Words, [EndOfTurn, StartOfTurn]);
        var answer = Answer.Select(word => tokenizer.Encode(word, addSpecial: false, parseSpecial: false).Single()).ToArray();
        var model = new ModelInfo
        {
            Architecture = "mock",
            TrainedContextLength = capacity.ContextLength,
            EmbeddingLength = 0,
            EndText = EndOfTurn,
        };
        return new ScriptedRunner(model, tokenizer, capacity, tokens => Next(tokens, answer, tokenizer.EndToken!.Value));
    }

    // How much of the answer was said is read off the tokens themselves, not remembered: then it also holds for a
    // sequence that was evaluated in pieces, forked or evaluated again.
    private static int Next(ReadOnlySpan<int> tokens, int[] answer, int end)
    {
        for (var said = Math.Min(answer.Length, tokens.Length); said > 0; said--)
        {
            if (tokens.EndsWith(answer.AsSpan(0, said)))
                return said == answer.Length ? end : answer[said];
        }

        return answer[0];
    }
}
