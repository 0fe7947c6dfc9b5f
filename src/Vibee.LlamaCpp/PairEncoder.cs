using System.Runtime.InteropServices;

namespace Vibee.LlamaCpp;

/// <summary>
/// Puts a query and a document together as a reranker was trained to read them, the way llama-server does: in the file's
/// own template for it, or one after the other with the special tokens that its vocabulary asks for. Reads the model when
/// made, and is safe for concurrent use after that.
/// </summary>
internal sealed unsafe class PairEncoder
{
    private const string TemplateName = "rerank";
    private const string QueryMark = "{query}";
    private const string DocumentMark = "{document}";

    private readonly LlamaTokenizer _tokenizer;
    private readonly string? _template;
    private readonly int[] _before;
    private readonly int[] _between;
    private readonly int[] _after;

    public PairEncoder(ModelHandle model, LlamaTokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        _template = Marshal.PtrToStringUTF8((nint)NativeMethods.llama_model_chat_template(model.Pointer, TemplateName));
        var vocab = NativeMethods.llama_model_get_vocab(model.Pointer);
        int? separator = NativeMethods.llama_vocab_sep(vocab) is var token and not NativeMethods.NoToken ? token : null;
        if (separator >= tokenizer.VocabularySize)
            separator = null;
        int? begin = NativeMethods.llama_vocab_get_add_bos(vocab) ? tokenizer.BeginToken : null;
        int? end = NativeMethods.llama_vocab_get_add_eos(vocab) ? tokenizer.EndToken ?? separator : null;
        _before = [.. Present(begin)];
        _between = [.. Present(end), .. Present(NativeMethods.llama_vocab_get_add_sep(vocab) ? separator : null)];
        _after = [.. Present(end)];
    }

    public int[] Encode(string query, string document) => _template is null
        ? [.. _before, .. EncodeText(query), .. _between, .. EncodeText(document), .. _after]
        : _tokenizer.Encode(Fill(_template, query, document), addSpecial: false, parseSpecial: true);

    private static IEnumerable<int> Present(int? token) => token is { } id ? [id] : [];

    private int[] EncodeText(string text) => _tokenizer.Encode(text, addSpecial: false, parseSpecial: false);

    // Parted at one mark before the other is looked for: a query may have the text "{document}".
    private static string Fill(string template, string query, string document) =>
        string.Join(document, template.Split(DocumentMark).Select(part => part.Replace(QueryMark, query, StringComparison.Ordinal)));
}
