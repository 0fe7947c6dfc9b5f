using System.Text;
using System.Text.Json;
using Vibee.Engine;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>Reads the <c>prompt</c> of a completion: a string or token ids, one or several.</summary>
internal static class CompletionPrompts
{
    private const string Name = "prompt";
    private const string Expected = "a string, an array of strings, an array of token ids, or an array of such arrays";

    public static IReadOnlyList<PreparedPrompt> Read(RequestFields fields, ITokenizer tokenizer)
    {
        var prompts = new List<PreparedPrompt>();
        fields.Require(Name, out _);
        if (!fields.TryGet(Name, Expected, out var prompt, JsonValueKind.String, JsonValueKind.Array))
            return prompts;
        switch (prompt.ValueKind)
        {
            case JsonValueKind.String:
                Add(fields, tokenizer, prompt, prompts);
                break;
            case JsonValueKind.Array when prompt.GetArrayLength() == 0:
                fields.Fail(Name, "invalid_value", "'prompt' must not be empty.");
                break;
            case JsonValueKind.Array when prompt[0].ValueKind == JsonValueKind.Number:
                Add(fields, tokenizer, prompt, prompts);
                break;
            default:
                AddAll(fields, tokenizer, prompt, prompts);
                break;
        }

        return prompts;
    }

    private static void AddAll(RequestFields fields, ITokenizer tokenizer, JsonElement array, List<PreparedPrompt> prompts)
    {
        if (array.GetArrayLength() > CompletionRequest.MaxChoices)
        {
            fields.Fail(Name, "array_above_max_length", $"'prompt' may have at most {CompletionRequest.MaxChoices} elements.");
            return;
        }

        var kind = array[0].ValueKind;
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind == kind)
                Add(fields, tokenizer, element, prompts);
            else
                fields.Fail(Name, "invalid_value", $"'prompt' must be {Expected}, not a mixture.");
            if (fields.Problem is not null)
                return;
        }
    }

    private static void Add(RequestFields fields, ITokenizer tokenizer, JsonElement prompt, List<PreparedPrompt> prompts)
    {
        var prepared = prompt.ValueKind switch
        {
            JsonValueKind.String => Encode(prompt.GetString()!, tokenizer),
            JsonValueKind.Array => Decode(fields, tokenizer, prompt),
            _ => null,
        };
        if (prepared is null)
            fields.FailType(Name, Expected);
        else if (prepared.Tokens.Length == 0)
            fields.Fail(Name, "invalid_value", "'prompt' must have at least one token.");
        else
            prompts.Add(prepared);
    }

    private static PreparedPrompt Encode(string text, ITokenizer tokenizer) =>
        new(text, tokenizer.Encode(text, addSpecial: true, parseSpecial: true));

    private static PreparedPrompt Decode(RequestFields fields, ITokenizer tokenizer, JsonElement array)
    {
        var tokens = new int[array.GetArrayLength()];
        var bytes = new List<byte>();
        var i = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var token)
                || token < 0 || token >= tokenizer.VocabularySize)
            {
                fields.Fail(Name, "invalid_value", $"'prompt' has an element that is not a token id from 0 to {tokenizer.VocabularySize - 1}.");
                break;
            }

            tokens[i++] = token;
            bytes.AddRange(tokenizer.Bytes(token));
        }

        return new PreparedPrompt(Encoding.UTF8.GetString(bytes.ToArray()), tokens);
    }
}
