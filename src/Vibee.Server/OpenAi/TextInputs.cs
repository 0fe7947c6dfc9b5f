using System.Text;
using System.Text.Json;
using Vibee.Engine;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>Reads a field that is text or token ids, one or several: the <c>prompt</c> of a completion, the <c>input</c>
/// of embeddings. Stops at the first problem, which the fields then have.</summary>
/// <param name="fields">The request.</param>
/// <param name="name">The field.</param>
/// <param name="maxItems">The most texts it may have.</param>
/// <param name="tokenizer">The model's.</param>
internal sealed class TextInputs(RequestFields fields, string name, int maxItems, ITokenizer tokenizer)
{
    private const string Expected = "a string, an array of strings, an array of token ids, or an array of such arrays";

    private readonly List<PreparedPrompt> _inputs = [];

    /// <summary>Looks at a text, called by its name, before it is tokenized.</summary>
    public required Func<string, string, ApiError?> CheckText { get; init; }

    /// <summary>Looks at the number of tokens of a text, called by its name.</summary>
    public required Func<int, string, ApiError?> CheckLength { get; init; }

    public IReadOnlyList<PreparedPrompt> Read()
    {
        fields.Require(name, out _);
        if (!fields.TryGet(name, Expected, out var value, JsonValueKind.String, JsonValueKind.Array))
            return _inputs;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                Add(value, name);
                break;
            case JsonValueKind.Array when value.GetArrayLength() == 0:
                fields.Fail(name, "empty_array", $"'{name}' must not be empty.");
                break;
            case JsonValueKind.Array when value[0].ValueKind == JsonValueKind.Number:
                Add(value, name);
                break;
            default:
                AddAll(value);
                break;
        }

        return _inputs;
    }

    private void AddAll(JsonElement array)
    {
        if (array.GetArrayLength() > maxItems)
        {
            fields.Fail(name, "array_above_max_length", $"'{name}' may have at most {maxItems} elements.");
            return;
        }

        var kind = array[0].ValueKind;
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind == kind)
                Add(element, $"{name}[{_inputs.Count}]");
            else
                fields.Fail(name, "invalid_value", $"'{name}' must be {Expected}, not a mixture.");
            if (fields.Problem is not null)
                return;
        }
    }

    private void Add(JsonElement value, string called)
    {
        var input = value.ValueKind switch
        {
            JsonValueKind.String => Encode(value.GetString()!, called),
            JsonValueKind.Array => Decode(value, called),
            _ => null,
        };
        if (input is null)
            fields.FailType(name, Expected); // unless it has failed for another reason
        else if (input.Tokens.Length == 0)
            fields.Fail(name, "invalid_value", $"'{called}' must have at least one token.");
        else if (CheckLength(input.Tokens.Length, called) is { } problem)
            fields.Fail(problem);
        else
            _inputs.Add(input);
    }

    private PreparedPrompt? Encode(string text, string called)
    {
        if (CheckText(text, called) is not { } problem)
            return new PreparedPrompt(text, tokenizer.Encode(text, addSpecial: true, parseSpecial: true));
        fields.Fail(problem);
        return null;
    }

    private PreparedPrompt? Decode(JsonElement array, string called)
    {
        var tokens = new int[array.GetArrayLength()];
        var bytes = new List<byte>();
        var i = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var token)
                || token < 0 || token >= tokenizer.VocabularySize)
            {
                fields.Fail(name, "invalid_value", $"'{called}' has an element that is not a token id from 0 to {tokenizer.VocabularySize - 1}.");
                return null;
            }

            tokens[i++] = token;
            bytes.AddRange(tokenizer.Bytes(token));
        }

        return new PreparedPrompt(Encoding.UTF8.GetString(bytes.ToArray()), tokens);
    }
}
