namespace Vibee.Gguf.Tests;

public sealed class ModelCheckTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void FindProblem_ModelsOfTheProduct_AreFine()
    {
        Assert.Null(Check(TestFiles.Stories));
        Assert.Null(Check(TestFiles.Igla));
    }

    [Fact]
    public void FindProblem_EveryModelAtHand_IsFine()
    {
        var models = TestFiles.Shared("models");
        Assert.SkipWhen(models.Length == 0, "no models beside the checkout");
        Assert.All(models, path => Assert.Null(Check(path)));
    }

    [Fact]
    public void FindProblem_VocabulariesAlone_AreFineWhereAllowed()
    {
        var vocabularies = TestFiles.Shared("vocab");
        Assert.SkipWhen(vocabularies.Length == 0, "no vocabularies beside the checkout");
        Assert.All(vocabularies, path => Assert.Null(Check(path, vocabularyOnly: true)));
        Assert.All(vocabularies, path => Assert.NotNull(Check(path)));
    }

    [Fact]
    public void FindProblem_SmallestModel_IsFine() => Assert.Null(Check(new ModelFile()));

    [Fact]
    public void FindProblem_VocabularyWithoutWeights_SaysSo() =>
        Assert.Contains("no weights", Check(new ModelFile().Without("token_embd.weight", all: true)));

    [Theory]
    [InlineData("xyz", "unknown architecture 'xyz'")]
    [InlineData("LLAMA", "unknown architecture 'LLAMA'")]
    [InlineData("clip", "not a language model")]
    public void FindProblem_OtherArchitecture_IsNamed(string architecture, string expected) =>
        Assert.Contains(expected, Check(new ModelFile { Values = { ["general.architecture"] = architecture } }));

    [Theory]
    [InlineData("general.architecture")]
    [InlineData("llama.context_length")]
    [InlineData("llama.embedding_length")]
    [InlineData("llama.block_count")]
    [InlineData("tokenizer.ggml.model")]
    [InlineData("tokenizer.ggml.tokens")]
    public void FindProblem_KeyMissing_IsNamed(string key)
    {
        var model = new ModelFile();
        model.Values.Remove(key);
        Assert.Contains(key, Check(model));
    }

    [Theory]
    [InlineData("llama.context_length", 0u)]
    [InlineData("llama.context_length", uint.MaxValue)]
    [InlineData("llama.embedding_length", 0u)]
    [InlineData("llama.block_count", 0u)]
    [InlineData("llama.block_count", 513u)]
    [InlineData("llama.attention.head_count", 0u)]
    [InlineData("llama.attention.head_count", 3u, "instead of")]
    [InlineData("llama.attention.head_count", uint.MaxValue)]
    [InlineData("llama.attention.head_count_kv", 0u)]
    [InlineData("llama.attention.head_count_kv", 3u)]
    [InlineData("llama.attention.key_length", 0u, "0 dimensions in keys")]
    [InlineData("llama.attention.value_length", 7u, "7 in values")]
    [InlineData("llama.rope.dimension_count", 3u)]
    [InlineData("llama.rope.dimension_count", 1000u)]
    [InlineData("llama.rope.freq_base", 0f)]
    [InlineData("llama.rope.freq_base", float.NaN)]
    [InlineData("llama.rope.scaling.factor", float.PositiveInfinity)]
    [InlineData("llama.rope.scaling.type", "spiral")]
    [InlineData("llama.attention.layer_norm_rms_epsilon", -1f)]
    [InlineData("llama.attention.layer_norm_rms_epsilon", float.NaN)]
    [InlineData("llama.expert_count", 5000u)]
    [InlineData("llama.expert_used_count", 2u, "expert_used_count is 2 where")]
    [InlineData("llama.pooling_type", 9u)]
    [InlineData("llama.nextn_predict_layers", 7u)]
    [InlineData("tokenizer.ggml.model", "abacus", "unknown tokenizer 'abacus'")]
    [InlineData("tokenizer.ggml.tokens", "one")]
    [InlineData("tokenizer.ggml.scores", 1f)]
    [InlineData("tokenizer.ggml.eos_token_id", 0x40000000u)]
    [InlineData("tokenizer.ggml.eos_token_id", "two")]
    public void FindProblem_AbsurdValue_IsNamed(string key, object value, string? expected = null) =>
        Assert.Contains(expected ?? key, Check(new ModelFile { Values = { [key] = value } }));

    [Fact]
    public void FindProblem_ListsShorterThanVocabulary_NameThem()
    {
        Assert.Contains("scores has 3 entries for 262 tokens", Check(new ModelFile { Values = { ["tokenizer.ggml.scores"] = new float[3] } }));
        Assert.Contains("token_type has 3 entries", Check(new ModelFile { Values = { ["tokenizer.ggml.token_type"] = new int[3] } }));
    }

    [Fact]
    public void FindProblem_VocabularyThatEndsLlamaCpp_IsRefused()
    {
        Assert.Contains("same text, '<s>'", Check(WithTokens(tokens => tokens[2] = "<s>")));
        Assert.Contains("same text", Check(WithTokens(tokens => tokens[2] = "<s>\0x")));
        Assert.Contains("no token <0x41>", Check(WithTokens(tokens => tokens[3 + 0x41] = "else")));
        Assert.Null(Check(WithTokens(tokens => tokens[3 + 0x41] = "A")));
        Assert.Null(Check(WithTokens(tokens => tokens[3 + 0xFF] = "never in UTF-8")));
        var types = new int[ModelFile.TokenCount];
        types[^1] = 6;
        Assert.Contains("token 261 is marked as a byte, but its text is 'b'", Check(new ModelFile { Values = { ["tokenizer.ggml.token_type"] = types } }));
    }

    [Fact]
    public void FindProblem_BytePairsWithoutMerges_AreRefused() =>
        Assert.Contains("merges is missing", Check(new ModelFile { Values = { ["tokenizer.ggml.model"] = "gpt2" } }));

    [Theory]
    [InlineData("token_embd.weight")]
    [InlineData("blk.0.attn_norm.weight")]
    [InlineData("blk.1.attn_k.weight")]
    [InlineData("blk.1.ffn_down.weight")]
    public void FindProblem_TensorMissing_IsRefused(string name) =>
        Assert.Contains("missing", Check(new ModelFile().Without(name)));

    [Theory]
    [InlineData("token_embd.weight")]
    [InlineData("blk.0.attn_q.weight")]
    [InlineData("blk.1.attn_v.weight")]
    [InlineData("blk.1.ffn_up.weight")]
    [InlineData("blk.0.attn_norm.weight")]
    public void FindProblem_TensorOfOtherShape_IsNamed(string name)
    {
        var model = new ModelFile();
        model.Tensors[name] = (GgmlType.F32, [8, 3]);
        Assert.Contains($"'{name}' has the shape 8 x 3 instead of", Check(model));
    }

    [Theory]
    [InlineData("blk.0.attn_norm.weight", GgmlType.F16)]
    [InlineData("blk.0.attn_q.weight", GgmlType.I32)]
    [InlineData("blk.0.attn_q.weight", GgmlType.F64)]
    public void FindProblem_TensorOfImpossibleType_IsNamed(string name, GgmlType type)
    {
        var model = new ModelFile();
        model.Tensors[name] = (type, model.Tensors[name].Dimensions);
        Assert.Contains($"'{name}' has the type {type}", Check(model));
    }

    private static ModelFile WithTokens(Action<string[]> change)
    {
        var model = new ModelFile();
        change((string[])model.Values["tokenizer.ggml.tokens"]);
        return model;
    }

    private string? Check(ModelFile model)
    {
        var path = _files.Write(model.ToWriter());
        var problem = Check(path);
        Assert.True(problem is null || problem.StartsWith(path + ": ", StringComparison.Ordinal));
        return problem;
    }

    private static string? Check(string path, bool vocabularyOnly = false)
    {
        using var file = GgufFile.Open(path);
        return ModelCheck.FindProblem(file, vocabularyOnly);
    }
}
