using System.Buffers;
using System.Text;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>Turns bytes that must come into tokens without taking decisions that are the model's.</summary>
internal static class ForcedText
{
    /// <summary>Tokens of the text, up to where one begins that another token could continue beyond the text: the model
    /// would have chosen that one, and reads texts badly that are cut where no tokenizer cuts them.</summary>
    public static int[] Tokens(GrammarVocabulary vocabulary, ReadOnlySpan<byte> text)
    {
        var tokens = new List<int>();
        while (!text.IsEmpty)
        {
            if (vocabulary.ControlAt(text) is >= 0 and var control)
            {
                tokens.Add(control);
                text = text[vocabulary.Bytes(control).Length..];
                continue;
            }
            var end = 1;
            while (end < text.Length && vocabulary.ControlAt(text[end..]) < 0)
                end++;
            // Before a control token no token can be longer.
            if (!AppendPlain(vocabulary, text[..end], isLast: end == text.Length, tokens))
                break;
            text = text[end..];
        }
        return [.. tokens];
    }

    private static bool AppendPlain(GrammarVocabulary vocabulary, ReadOnlySpan<byte> text, bool isLast, List<int> tokens)
    {
        text = text[..WholeCharacters(text)];
        var at = 0;
        foreach (var token in vocabulary.Encode(text))
        {
            var bytes = vocabulary.Bytes(token);
            if (bytes.IsEmpty || !text[at..].StartsWith(bytes) || (isLast && IsPrefixOfLonger(vocabulary.Tree, text[at..])))
                return false;
            at += bytes.Length;
            tokens.Add(token);
        }
        return at == text.Length;
    }

    private static bool IsPrefixOfLonger(TokenTrie tree, ReadOnlySpan<byte> text)
    {
        var (node, end) = (0, tree.Bytes.Length);
        for (var depth = 0; depth < text.Length; depth++)
        {
            while (node < end && tree.Bytes[node] != text[depth])
                node = tree.Ends[node];
            if (node >= end)
                return false;
            (node, end) = (node + 1, tree.Ends[node]);
        }
        return node < end;
    }

    private static int WholeCharacters(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (Rune.DecodeFromUtf8(text[length..], out _, out var consumed) == OperationStatus.Done)
            length += consumed;
        return length;
    }
}
