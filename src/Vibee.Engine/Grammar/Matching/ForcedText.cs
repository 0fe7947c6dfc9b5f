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
        text = text[..WholeCharacters(text)];
        var tokens = vocabulary.Encode(text);
        var (kept, at) = (0, 0);
        foreach (var token in tokens)
        {
            var bytes = vocabulary.Bytes(token);
            if (!text[at..].StartsWith(bytes) || bytes.IsEmpty || IsPrefixOfLonger(vocabulary.Tree, text[at..]))
                break;
            at += bytes.Length;
            kept++;
        }
        return tokens[..kept];
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
