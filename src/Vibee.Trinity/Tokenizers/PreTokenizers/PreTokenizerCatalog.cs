namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>
/// The pre-tokenizers by the names that converters write into <c>tokenizer.ggml.pre</c>. Names that share a pattern and
/// its rules share an entry; the patterns are those of the models' tokenizer.json, the names llama.cpp's.
/// </summary>
internal static class PreTokenizerCatalog
{
    /// <summary>Of files from before converters wrote a name.</summary>
    public const string Default = "default";

    private static CodePointSet Numbers => new(CodePointClass.Number);

    private static RunSplitter SingleDigits => new(Numbers, most: 1);

    private static RunSplitter ThreeDigits => new(new CodePointSet(codePoint => codePoint is >= '0' and <= '9'), least: 3, most: 3);

    /// <summary>All but white space and what ends sentences, in some scripts; the parentheses and the bar are in the published
    /// pattern by mistake, and so in every vocabulary that was trained with it.</summary>
    private static CodePointSet BloomWords => new(codePoint =>
        CodePoints.ClassOf(codePoint) != CodePointClass.Space && (codePoint > char.MaxValue || !"(|.,!?…。，、।۔،)".Contains((char)codePoint)));

    /// <returns>Null for a name that is not known.</returns>
    public static PreTokenizer? Find(string name) => name switch
    {
        "llama-bpe" or "llama3" or "llama-v3" or "falcon3" or "falcon-h1" or "pixtral" or "midm-2.0" or "lfm2"
            or "jina-v5-nano" => new PreTokenizer(true, true, new Cl100kSplitter(3)),

        "dbrx" or "smaug-bpe" or "glm4" or "chatglm-bpe" => Plain(new Cl100kSplitter(3)),

        "qwen2" or "deepseek-r1-qwen" or "kormo" or "f2llmv2" or "megrez" or "stablelm2" or "hunyuan" or "solar-open"
            or "grok-2" or "bailingmoe" or "bailingmoe2" or "llada-moe" => Plain(new Cl100kSplitter(1)),

        "seed-coder" => Plain(new Cl100kSplitter(1, takesBreaks: false)),

        "ufakzeka" => Plain(new Cl100kSplitter(1, endings: false)),

        "qwen35" => Plain(new Cl100kSplitter(1, CodePointClass.Letter | CodePointClass.Mark)),

        "gpt-4o" or "llama4" or "kanana2" or "talkie" or "minimax-m2" => Plain(new O200kSplitter(3, endings: true)),

        "granite-embed-multi-97m" => new PreTokenizer(true, false, new O200kSplitter(3, endings: true)),

        "tekken" => new PreTokenizer(true, true, new O200kSplitter(1, endings: false)),

        "minicpm5" => new PreTokenizer(
            true, false, new RunSplitter(Numbers, most: 3), new Cl100kSplitter(int.MaxValue)),

        "laguna" => Plain(
            new RunSplitter(new CodePointSet(codePoint => codePoint == '\n')), new Cl100kSplitter(1)),

        "gpt-2" or "mpt" or "olmo" or "jais" or "phi-2" or "trillion" or "granite-docling" or "gigachat" or "a.x-4.0"
            or "mellum" or "exaone4" or "jina-es" or "jina-de" or "jina-v2-es" or "jina-v2-de" or "modern-bert" or "jina-v1-en"
            or "jina-v2-code" or "roberta-bpe" => Plain(new Gpt2Splitter()),

        "starcoder" or "refact" or "command-r" or "smollm" or "codeshell" or "exaone" or "minerva-7b" or "mellum2" =>
            Plain(SingleDigits, new Gpt2Splitter()),

        "bloom" or "poro-chat" or "gpt3-finnish" => Plain(new RunSplitter(BloomWords, space: SpaceBefore.Blank)),

        "viking" => Plain(new RunSplitter(BloomWords, space: SpaceBefore.Blank), SingleDigits),

        "falcon" => Plain(
            new RunSplitter(new CodePointSet(CodePointClass.Punctuation, "$+<=>^~|`")), new Gpt2Splitter(), ThreeDigits),

        "deepseek-llm" => Plain(
            new RunSplitter(DeepSeekSets.LineBreaks, most: 1),
            new RunSplitter(DeepSeekSets.CasedLetters, space: SpaceBefore.Any),
            new RunSplitter(DeepSeekSets.Punctuation, space: SpaceBefore.Any),
            new TrailingSpaceSplitter(),
            new RunSplitter(DeepSeekSets.Ideographs),
            new RunSplitter(Numbers)),

        "deepseek-v3" or "hunyuan-dense" or "joyai-llm" or "hy_v4" => Plain(
            new RunSplitter(Numbers, most: 3), new RunSplitter(DeepSeekSets.ChineseAndKana), new DeepSeek3Splitter()),

        "deepseek-coder" => Plain(
            new RunSplitter(DeepSeekSets.LineBreaks, most: 1),
            new RunSplitter(new CodePointSet(CodePointClass.Letter), space: SpaceBefore.Any),
            new RunSplitter(new CodePointSet(CodePointClass.Punctuation), space: SpaceBefore.Any),
            new RunSplitter(DeepSeekSets.Ideographs),
            SingleDigits),

        Default => Plain(
            new RunSplitter(new CodePointSet(CodePointClass.Punctuation, "$+<=>^~|")), new Gpt2Splitter(),
            new RunSplitter(Numbers), ThreeDigits),

        _ => null,
    };

    private static PreTokenizer Plain(params Splitter[] splitters) => new(false, false, splitters);
}
