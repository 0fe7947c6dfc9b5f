using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Vibee.Engine.Sampling;

namespace Vibee.Server.Requests;

/// <summary>The fields that chat and completions share.</summary>
internal static class SamplingFields
{
    private const int MaxStops = 32;
    private const int MaxMetadata = 16;

    /// <summary>How to choose tokens: the request's values over <paramref name="defaults"/>.</summary>
    public static SamplingParams Read(RequestFields fields, SamplingParams defaults, int vocabularySize) => defaults with
    {
        Temperature = fields.Number("temperature", 0, 2) ?? defaults.Temperature,
        TopP = fields.Number("top_p", 0, 1) ?? defaults.TopP,
        TopK = TopK(fields) ?? defaults.TopK,
        MinP = fields.Number("min_p", 0, 1) ?? defaults.MinP,
        PresencePenalty = fields.Number("presence_penalty", -2, 2) ?? defaults.PresencePenalty,
        FrequencyPenalty = fields.Number("frequency_penalty", -2, 2) ?? defaults.FrequencyPenalty,
        RepeatPenalty = RepeatPenalty(fields) ?? defaults.RepeatPenalty,
        RepeatWindow = fields.Integer("repeat_last_n", -1, int.MaxValue) ?? defaults.RepeatWindow,
        LogitBias = LogitBias(fields, vocabularySize) ?? defaults.LogitBias,
        Seed = fields.Long("seed") is { } seed and not -1 ? seed : null,
        IgnoreEnd = fields.Bool("ignore_eos") ?? defaults.IgnoreEnd,
    };

    public static string[] Stops(RequestFields fields, string name = "stop")
    {
        if (!fields.TryGet(name, "a string or an array of strings", out var stop, JsonValueKind.String, JsonValueKind.Array))
            return [];
        if (stop.ValueKind == JsonValueKind.String)
            return [stop.GetString()!];

        if (stop.GetArrayLength() > MaxStops)
        {
            fields.Fail(name, "array_above_max_length", $"'{name}' may have at most {MaxStops} strings.");
            return [];
        }

        var stops = new List<string>();
        foreach (var element in stop.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.String)
                stops.Add(element.GetString()!);
            else
                fields.FailType(name, "a string or an array of strings");
        }

        return [.. stops];
    }

    /// <summary>The token limit of <paramref name="name"/>, where −1 is the same as none.</summary>
    public static int? MaxTokens(RequestFields fields, string name, int min) =>
        fields.TryGet(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var number) && number == -1
            ? null
            : fields.Integer(name, min, int.MaxValue);

    public static (bool Stream, bool IncludeUsage) Stream(RequestFields fields)
    {
        var stream = fields.Bool("stream") ?? false;
        if (fields.Object("stream_options") is not { } options)
            return (stream, false);
        if (!stream)
            fields.Fail("stream_options", "invalid_value", "'stream_options' may only be given with 'stream': true.");
        options.Bool("include_obfuscation");
        return (stream, options.Bool("include_usage") ?? false);
    }

    /// <summary>Fields that are part of the API, have no effect on a local server, and are checked all the same.</summary>
    public static void CheckWithoutEffect(RequestFields fields)
    {
        fields.String("user");
        fields.String("safety_identifier");
        fields.String("prompt_cache_key");
        fields.String("prompt_cache_retention");
        fields.String("service_tier");
        fields.Bool("store");
        fields.Bool("cache_prompt");
        fields.Choice("verbosity", "low", "medium", "high");
        if (fields.Object("metadata") is not { } metadata)
            return;

        var count = 0;
        foreach (var pair in metadata.Json.EnumerateObject())
        {
            if (++count > MaxMetadata || pair.Name.Length > 64
                || pair.Value.ValueKind != JsonValueKind.String || pair.Value.GetString()!.Length > 512)
            {
                fields.Fail("metadata", "invalid_value",
                    $"'metadata' may have at most {MaxMetadata} pairs of strings, names up to 64 and values up to 512 characters long.");
            }
        }
    }

    /// <summary>Extensions of other servers that would change the answer and are not available here; values that change
    /// nothing, which some clients always send, pass.</summary>
    public static void RefuseExtensions(RequestFields fields)
    {
        if (fields.Number("typical_p", 0, 1) < 1)
            fields.Fail(ApiError.Unsupported("typical_p"));
        if (fields.Integer("min_tokens", 0, int.MaxValue) > 0)
            fields.Fail(ApiError.Unsupported("min_tokens"));
        fields.RefuseTrue("return_token_ids", "return_progress", "include_stop_str_in_output");
        if (fields.Array("stop_token_ids") is { } ids && ids.GetArrayLength() > 0)
            fields.Fail(ApiError.Unsupported("stop_token_ids"));
    }

    // −1 and 0 both mean "off" to one or another of the servers whose clients come here.
    private static int? TopK(RequestFields fields) => fields.Integer("top_k", -1, int.MaxValue) is { } k ? Math.Max(0, k) : null;

    private static float? RepeatPenalty(RequestFields fields)
    {
        var name = fields.Has("repeat_penalty") ? "repeat_penalty" : "repetition_penalty";
        if (fields.Number(name, 0, 100) is not { } penalty)
            return null;
        if (penalty > 0)
            return penalty;
        fields.Fail(name, "decimal_below_min_value", $"'{name}' must be above 0.");
        return null;
    }

    private static FrozenDictionary<int, float>? LogitBias(RequestFields fields, int vocabularySize)
    {
        if (fields.Object("logit_bias") is not { } bias)
            return null;
        var result = new Dictionary<int, float>();
        foreach (var pair in bias.Json.EnumerateObject())
        {
            if (!int.TryParse(pair.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token) || token >= vocabularySize)
            {
                fields.Fail("logit_bias", "invalid_value", $"'logit_bias' has a key that is not a token id from 0 to {vocabularySize - 1}.");
                return null;
            }

            if (pair.Value.ValueKind != JsonValueKind.Number || pair.Value.GetDouble() is not (>= -100 and <= 100))
            {
                fields.Fail("logit_bias", "invalid_value", "'logit_bias' values must be numbers from -100 to 100.");
                return null;
            }

            result[token] = pair.Value.GetSingle();
        }

        return result.ToFrozenDictionary();
    }
}
