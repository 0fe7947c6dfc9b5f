using Vibee.Gguf;

namespace Vibee.Bench.Synth;

/// <summary>Unknown, begin, end, the 256 bytes, then made-up words: every text can be encoded.</summary>
internal static class SynthVocabulary
{
    public static void Add(GgufWriter writer, int size)
    {
        const int FirstWord = 259;
        const string Consonants = "bcdfghjklmnprstvwz";
        const string Vowels = "aeiou";

        List<string> tokens = ["<unk>", "<s>", "</s>"];
        List<int> types = [2, 3, 3];
        for (var value = 0; value < 256; value++)
        {
            tokens.Add($"<0x{value:X2}>");
            types.Add(6);
        }

        // Single characters first: a tokenizer of this kind reaches longer pieces only by joining shorter ones.
        var pieces = new HashSet<string> { "▁" };
        foreach (var character in Consonants + Vowels)
            pieces.Add(character.ToString());
        foreach (var consonant in Consonants)
        {
            foreach (var vowel in Vowels)
                pieces.UnionWith([$"{consonant}{vowel}", $"▁{consonant}", $"▁{consonant}{vowel}"]);
        }

        for (var number = 0; pieces.Count < size - FirstWord; number++)
        {
            var (a, b, c) = (number % 90, number / 90 % 90, number / 8100);
            pieces.Add($"▁{Syllable(a)}{Syllable(b)}{(c > 0 ? Syllable(c) : "")}");
        }

        foreach (var piece in pieces.Take(size - FirstWord))
        {
            tokens.Add(piece);
            types.Add(1);
        }

        writer.Add("tokenizer.ggml.model", "llama");
        writer.Add("tokenizer.ggml.pre", "default");
        writer.Add("tokenizer.ggml.tokens", tokens);
        writer.Add("tokenizer.ggml.scores", Enumerable.Range(0, tokens.Count).Select(token => (float)-token).ToArray());
        writer.Add("tokenizer.ggml.token_type", types);
        writer.Add("tokenizer.ggml.bos_token_id", 1u);
        writer.Add("tokenizer.ggml.eos_token_id", 2u);
        writer.Add("tokenizer.ggml.unknown_token_id", 0u);

        static string Syllable(int number) => $"{Consonants[number / 5]}{Vowels[number % 5]}";
    }
}
