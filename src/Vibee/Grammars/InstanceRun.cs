using System.Text;
using Vibee.Engine;
using Vibee.Engine.Grammar;

namespace Vibee.Grammars;

/// <summary>Feeds texts to a grammar as a model would write them, and takes the time of every mask.</summary>
/// <param name="tokenizer">Null: byte by byte, without masks.</param>
internal sealed class InstanceRun(ITokenizer? tokenizer, GrammarVocabulary? vocabulary, CheckReport report)
{
    private readonly ulong[] _mask = new ulong[vocabulary?.MaskLength ?? 0];

    /// <param name="milliseconds">What the masks took is added to it.</param>
    /// <returns>Null if the grammar accepts the whole text; otherwise where it stops, in bytes.</returns>
    public int? Refused(CompiledGrammar grammar, string text, string name, ref double milliseconds)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var matcher = new GrammarMatcher(grammar, vocabulary ?? Bytes);
        if (tokenizer == null || vocabulary == null)
        {
            for (var index = 0; index < bytes.Length; index++)
            {
                if (!matcher.AcceptBytes(bytes.AsSpan(index, 1)))
                    return index;
            }
            return matcher.CanEnd ? null : bytes.Length;
        }
        var at = 0;
        var tokens = vocabulary.Encode(bytes);
        foreach (var token in tokens.IsEmpty ? tokenizer.Encode(text, addSpecial: false, parseSpecial: false) : tokens)
        {
            var clock = new StepClock();
            matcher.FillMask(_mask);
            var elapsed = clock.Elapsed;
            milliseconds += elapsed.All;
            var place = at;
            report.Masked(elapsed, () => $"{name}, byte {place}");
            var allowed = (_mask[token >> 6] >> token & 1) != 0;
            if (matcher.Accept(token) != allowed)
                throw new InvalidOperationException($"mask and recogniser disagree about token {token} at byte {at} of {text}");
            if (!allowed)
                return at;
            at += tokenizer.Bytes(token).Length;
        }
        matcher.FillMask(_mask);
        return matcher.CanEnd ? null : bytes.Length;
    }

    private static GrammarVocabulary Bytes { get; } = new(new ByteTokenizer());

    /// <summary>A vocabulary of nothing, for where no tokens are asked about.</summary>
    private sealed class ByteTokenizer : ITokenizer
    {
        public int VocabularySize => 0;

        public int? BeginToken => null;

        public int? EndToken => null;

        public IReadOnlySet<int> EndOfGenerationTokens { get; } = new HashSet<int>();

        public int[] Encode(string text, bool addSpecial, bool parseSpecial) => [];

        public ReadOnlySpan<byte> Bytes(int token, bool renderSpecial = false) => [];
    }
}
