using Vibee.Gguf.Plausibility;

namespace Vibee.Gguf;

/// <summary>
/// Whether a file is plausibly a model, asked before it is handed to native code. llama.cpp refuses many bad files with
/// an error, but divides by zero or aborts the process on others; those are caught here. What passes may still be refused
/// by an engine that does not support it.
/// </summary>
public static class ModelCheck
{
    /// <summary>Both llama.cpp's lookups and its checks for duplicates take time in the square of these.</summary>
    private const int MostKeys = 1 << 16;
    private const int MostTensors = 1 << 16;

    /// <param name="file">Opened, so its structure is sound.</param>
    /// <param name="vocabularyOnly">Accept a file with a tokenizer and no weights.</param>
    /// <returns>Null, or one sentence for a user that names the file and what is wrong with it.</returns>
    public static string? FindProblem(GgufFile file, bool vocabularyOnly = false) =>
        Find(file, vocabularyOnly) is { } problem ? new GgufException(file.Path, problem).Message : null;

    private static string? Find(GgufFile file, bool vocabularyOnly)
    {
        var metadata = file.Metadata;
        if (metadata.Keys.Count > MostKeys || file.Tensors.Count > MostTensors)
            return $"{metadata.Keys.Count} keys and {file.Tensors.Count} tensors are more than a model has";
        if (metadata.GetString("general.architecture") is not { } architecture)
            return "the key general.architecture is missing or no string";
        if (architecture == "clip")
            return "this is the image part of a model (clip), not a language model";
        if (!Architectures.IsKnown(architecture))
            return $"unknown architecture {GgufException.Quote(architecture)}";

        var vocabulary = new VocabularyCheck(metadata);
        if (vocabularyOnly)
            return vocabulary.FindProblem();
        var hyperparameters = new Hyperparameters(metadata, architecture);
        return hyperparameters.FindProblem()
            ?? vocabulary.FindProblem()
            ?? new TensorCheck(file, hyperparameters, vocabulary.TokenCount).FindProblem();
    }
}
