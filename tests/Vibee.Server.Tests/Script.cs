using Vibee.Engine;
using Vibee.Engine.Runners;

namespace Vibee.Server.Tests;

/// <summary>Runners that say what a test wants.</summary>
internal static class Script
{
    private const string EndOfTurn = "<|im_end|>";
    private const string StartOfTurn = "<|im_start|>";

    /// <summary>Tokens of a prompt after the last start of turn: the marker, the role, the line break.</summary>
    private const int TurnTokens = 3;

    private static readonly string[] Roles = ["assistant", "user", "system"];

    /// <summary>Answers every chat with <paramref name="pieces"/>, a token each where they are ASCII, a token per
    /// byte where not.</summary>
    public static ScriptedRunner Says(params string[] pieces) => Says(TestServer.Capacity, pieces);

    public static ScriptedRunner Says(RunnerCapacity capacity, params string[] pieces)
    {
        var tokenizer = Tokenizer(pieces);
        var answer = pieces.SelectMany(piece => tokenizer.Encode(piece, addSpecial: false, parseSpecial: false)).ToArray();
        return Runner(capacity, tokenizer, said => said < answer.Length ? answer[said] : tokenizer.EndToken!.Value);
    }

    /// <summary>Says <paramref name="piece"/> for ever.</summary>
    public static ScriptedRunner Repeats(string piece, RunnerCapacity? capacity = null)
    {
        var tokenizer = Tokenizer([piece]);
        var token = tokenizer.Encode(piece, addSpecial: false, parseSpecial: false).Single();
        return Runner(capacity ?? TestServer.Capacity, tokenizer, _ => token);
    }

    /// <summary>Renders chats with <paramref name="template"/>, which opens reasoning if <paramref name="pieces"/> are
    /// to follow.</summary>
    public static ScriptedRunner WithTemplate(string template, params string[] pieces)
    {
        var tokenizer = Tokenizer(["<think>", .. pieces]);
        var answer = pieces.SelectMany(piece => tokenizer.Encode(piece, addSpecial: false, parseSpecial: false)).ToArray();
        return Runner(TestServer.Capacity, tokenizer, template,
            said => said - 1 < answer.Length ? answer[said - 1] : tokenizer.EndToken!.Value);
    }

    private static WordTokenizer Tokenizer(string[] pieces) =>
        new([.. Roles.Concat(pieces.Where(piece => piece.Length > 0 && piece.All(char.IsAscii))).Distinct()], [EndOfTurn, StartOfTurn]);

    private static ScriptedRunner Runner(RunnerCapacity capacity, WordTokenizer tokenizer, Func<int, int> next) =>
        Runner(capacity, tokenizer, null, next);

    private static ScriptedRunner Runner(RunnerCapacity capacity, WordTokenizer tokenizer, string? template, Func<int, int> next)
    {
        var start = tokenizer.Encode(StartOfTurn, addSpecial: false, parseSpecial: true).Single();
        var model = new ModelInfo
        {
            Architecture = "script",
            TrainedContextLength = capacity.ContextLength,
            EmbeddingLength = 0,
            ChatTemplate = template,
            EndText = EndOfTurn,
        };
        return new ScriptedRunner(model, tokenizer, capacity,
            tokens => next(Math.Max(0, tokens.Length - tokens.LastIndexOf(start) - TurnTokens)));
    }
}
