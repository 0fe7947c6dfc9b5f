using System.Text;
using Vibee.Trinity.Tokenizers.PreTokenizers;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// BERT's normalisation of single characters: canonical decomposition without accents (Unicode NFD, then general
/// category Mn removed), and lower case.
/// </summary>
/// <remarks>
/// The decompositions are in Accents.txt: .NET has none when it runs without ICU, as this product does. Lines of a text
/// without accents, a tab, and all characters that are that text with accents. Hangul is decomposed by arithmetic
/// (The Unicode Standard, 3.12).
/// </remarks>
internal sealed class BertNormalizer(bool lowercase, bool stripAccents)
{
    private const int FirstSyllable = 0xAC00, Syllables = 11172, Vowels = 21, Finals = 28;
    private const int FirstLeading = 0x1100, FirstVowel = 0x1161, BeforeFinals = 0x11A7;

    private static readonly Lazy<Dictionary<int, string>> s_unaccented = new(ReadAccents);

    /// <summary>Writes what <paramref name="letter"/> becomes: at most three characters, perhaps none.</summary>
    public int Normalize(Rune letter, Span<Rune> normalized)
    {
        var count = stripAccents && !letter.IsAscii ? Strip(letter, normalized) : 1;
        if (letter.IsAscii || !stripAccents)
            normalized[0] = letter;
        for (var i = 0; lowercase && i < count; i++)
            normalized[i] = Rune.ToLowerInvariant(normalized[i]);
        return count;
    }

    private static int Strip(Rune letter, Span<Rune> stripped)
    {
        var index = letter.Value - FirstSyllable;
        if (index is >= 0 and < Syllables)
        {
            stripped[0] = new Rune(FirstLeading + index / (Vowels * Finals));
            stripped[1] = new Rune(FirstVowel + index / Finals % Vowels);
            stripped[2] = new Rune(BeforeFinals + index % Finals);
            return index % Finals == 0 ? 2 : 3;
        }

        if (s_unaccented.Value.TryGetValue(letter.Value, out var text))
        {
            var count = 0;
            foreach (var rune in text.EnumerateRunes())
                stripped[count++] = rune;
            return count;
        }

        stripped[0] = letter;
        return CodePoints.IsAccent(letter.Value) ? 0 : 1;
    }

    private static Dictionary<int, string> ReadAccents()
    {
        using var stream = typeof(BertNormalizer).Assembly.GetManifestResourceStream("Accents.txt")!;
        using var reader = new StreamReader(stream);
        var unaccented = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t');
            foreach (var rune in line[(tab + 1)..].EnumerateRunes())
                unaccented.Add(rune.Value, line[..tab]);
        }
        return unaccented;
    }
}
