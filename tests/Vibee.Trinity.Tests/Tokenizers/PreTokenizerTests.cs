using System.Text;
using System.Text.RegularExpressions;
using Vibee.Trinity.Tokenizers.PreTokenizers;

namespace Vibee.Trinity.Tests.Tokenizers;

/// <summary>The scanners against the patterns they stand for, run by .NET's engine on short random texts.</summary>
public class PreTokenizerTests
{
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Contractions = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";
    private const string Cl100k = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,DIGITS}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen35 = Contractions + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Bloom = @" ?[^(\s|.,!?…。，、।۔،)]+";

    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string O200k = @"[^\r\n\p{L}\p{N}]?" + Upper + "*" + Lower + @"+ENDINGS|[^\r\n\p{L}\p{N}]?" + Upper + "+" + Lower +
        @"*ENDINGS|\p{N}{1,DIGITS}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string DeepSeek3 = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public static TheoryData<string, string[]> Patterns() => new()
    {
        { "gpt-2", [Gpt2] },
        { "llama-bpe", [Cl100k.Replace("DIGITS", "3")] },
        { "qwen2", [Cl100k.Replace("DIGITS", "1")] },
        { "qwen35", [Qwen35] },
        { "gpt-4o", [O200k.Replace("DIGITS", "3").Replace("ENDINGS", $"(?:{Contractions})?")] },
        { "tekken", [O200k.Replace("DIGITS", "1").Replace("ENDINGS", "")] },
        { "deepseek-v3", [@"\p{N}{1,3}", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+", DeepSeek3] },
        { "minicpm5", [@"\p{N}{1,3}", Cl100k.Replace("{1,DIGITS}", "+")] },
        { "laguna", [@"[^\n]+|[\n]+", Cl100k.Replace("DIGITS", "1")] },
        { "seed-coder", [Cl100k.Replace("DIGITS", "1").Replace("]+[\\r\\n]*", "\\r\\n]+")] },
        { "ufakzeka", [Cl100k.Replace("DIGITS", "1").Replace(Contractions + "|", "")] },
        { "bailingmoe", [Cl100k.Replace("DIGITS", "1").Replace(@"\s*[\r\n]+", @"\s*[\r\n]")] },
        { "bloom", [Bloom] },
        { "viking", [Bloom, @"\p{N}"] },
        { "starcoder", [@"\p{N}", Gpt2] },
        { "falcon", [@"[\p{P}\$\+<=>\^~\|`]+", Gpt2, "[0-9][0-9][0-9]"] },
        { "default", [@"[\p{P}\$\+<=>\^~\|]+", Gpt2, @"\p{N}+", "[0-9][0-9][0-9]"] },
        { "deepseek-coder", ["[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", "[\u0800-\u9fa5\uac00-\ud7ff]+", @"\p{N}"] },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Split_RandomTexts_CutsWhereThePatternsDo(string name, string[] patterns)
    {
        var preTokenizer = PreTokenizerCatalog.Find(name)!;
        var regexes = patterns.Select(pattern => new Regex(pattern, RegexOptions.CultureInvariant)).ToArray();
        var random = new Random(5);
        for (var i = 0; i < 5_000; i++)
        {
            var text = Texts.Random(random, 16, basicPlaneOnly: true);
            Assert.Equal(regexes.Aggregate<Regex, IEnumerable<string>>([text], Cut), Words(preTokenizer, text));
        }
    }

    [Fact]
    public void Split_DeepSeek_CutsScriptsApart()
    {
        var words = Words(PreTokenizerCatalog.Find("deepseek-llm")!, "Hello 你好, мир 123\n  ");

        Assert.Equal(["Hello", " ", "你好", ",", " мир", " ", "123", "\n", "  "], words);
    }

    [Fact]
    public void Split_InvalidUtf8_KeepsEveryByte()
    {
        byte[] text = [0xFF, (byte)'a', 0xE4, 0xBD, (byte)' ', 0x80, 0xF0, 0x9F];
        foreach (var (name, _) in Patterns().Select(row => row.Data))
        {
            var ends = PreTokenizerCatalog.Find(name)!.Split(text);
            Assert.Equal(text.Length, ends[^1]);
            Assert.Equal(ends.Order().Distinct(), ends);
        }
    }

    private static IEnumerable<string> Cut(IEnumerable<string> pieces, Regex regex) => pieces.SelectMany(piece =>
    {
        var words = new List<string>();
        var end = 0;
        foreach (Match match in regex.Matches(piece))
        {
            words.Add(piece[end..match.Index]);
            words.Add(match.Value);
            end = match.Index + match.Length;
        }
        words.Add(piece[end..]);
        return words.Where(word => word.Length > 0);
    });

    private static List<string> Words(PreTokenizer preTokenizer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var words = new List<string>();
        var start = 0;
        foreach (var end in preTokenizer.Split(bytes).Where(end => end > 0))
        {
            words.Add(Encoding.UTF8.GetString(bytes, start, end - start));
            start = end;
        }
        return words;
    }
}
