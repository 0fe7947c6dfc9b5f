using System.Text.Json;
using System.Text.Json.Nodes;
using Vibee.Engine;
using Vibee.Engine.Sampling;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>A request to /v1/responses, read and checked, with what the answer repeats of it.</summary>
internal sealed record ResponsesRequest : ConversationRequest
{
    public string? Instructions { get; init; }

    public string? Effort { get; init; }

    /// <summary>The choice and the tools as they were asked for.</summary>
    public JsonNode? ToolChoice { get; init; }

    public JsonArray Tools { get; init; } = [];

    public bool ParallelToolCalls { get; init; }

    public JsonNode? Metadata { get; init; }

    /// <summary>The format as it was asked for.</summary>
    public JsonNode? TextFormat { get; init; }

    public static ResponsesRequest Read(RequestFields fields, ServedModel served, SamplingParams defaults, ITokenizer tokenizer)
    {
        fields.Require("input", out _);
        var model = served.Resolve(fields);
        var instructions = fields.String("instructions");
        var messages = ResponsesInput.Read(fields, instructions);
        var variables = ChatPrompt.ReadVariables(fields);
        var effort = ReadEffort(fields, variables);
        var text = fields.Object("text");
        text?.Choice("verbosity", "low", "medium", "high");
        var request = new ResponsesRequest
        {
            Model = model,
            Prompt = ChatPrompt.Of(fields, "input", messages, variables) with { Tools = ToolFields.ReadFlat(fields) },
            MaxTokens = SamplingFields.MaxTokens(fields, "max_output_tokens", 1),
            Sampling = SamplingFields.Read(fields, defaults, tokenizer.VocabularySize) with { TopLogprobs = Logprobs(fields) },
            Stops = SamplingFields.Stops(fields),
            Format = OutputFormat.Read(fields, text is null ? null : OutputFormat.ReadFlat(text, "format", isNamed: true)),
            TextFormat = text?.Object("format") is { } format ? JsonNodes.Of(format.Json) : null,
            Stream = SamplingFields.Stream(fields).Stream,
            Instructions = instructions,
            Effort = effort,
            ToolChoice = fields.TryGet("tool_choice", out var choice) ? JsonNodes.Of(choice) : null,
            Tools = fields.Array("tools") is { } tools && fields.Problem is null ? Filled(tools) : [],
            ParallelToolCalls = fields.Bool("parallel_tool_calls") ?? true,
            Metadata = fields.Object("metadata") is { } metadata ? JsonNodes.Of(metadata.Json) : null,
        };
        fields.Integer("max_tool_calls", 0, int.MaxValue);
        if (fields.Choice("truncation", "disabled", "auto") == "auto")
            fields.Fail(ApiError.Unsupported("truncation"));
        fields.Refuse("previous_response_id", "conversation", "prompt");
        fields.RefuseTrue("background");
        SamplingFields.RefuseExtensions(fields);
        SamplingFields.CheckWithoutEffect(fields);
        return request;
    }

    /// <summary>What the answer repeats of the request, and what was assumed where it was silent.</summary>
    public void WriteEcho(Utf8JsonWriter json)
    {
        json.WriteString("instructions"u8, Instructions);
        if (MaxTokens is { } limit)
            json.WriteNumber("max_output_tokens"u8, limit);
        else
            json.WriteNull("max_output_tokens"u8);
        json.WritePropertyName("metadata"u8);
        (Metadata ?? new JsonObject()).WriteTo(json);
        json.WriteBoolean("parallel_tool_calls"u8, ParallelToolCalls);
        json.WriteNull("previous_response_id"u8);
        json.WriteStartObject("reasoning"u8);
        json.WriteString("effort"u8, Effort);
        json.WriteNull("summary"u8);
        json.WriteEndObject();
        json.WriteBoolean("store"u8, false);
        json.WriteNumber("temperature"u8, Sampling.Temperature);
        json.WriteStartObject("text"u8);
        json.WritePropertyName("format"u8);
        (TextFormat ?? new JsonObject { ["type"] = "text" }).WriteTo(json);
        json.WriteEndObject();
        json.WritePropertyName("tool_choice"u8);
        (ToolChoice ?? JsonValue.Create("auto")).WriteTo(json);
        json.WritePropertyName("tools"u8);
        Tools.WriteTo(json);
        json.WriteNumber("top_p"u8, Sampling.TopP);
        json.WriteString("truncation"u8, "disabled"u8);
    }

    // Clients want to find what requests may leave out.
    private static JsonArray Filled(JsonElement tools)
    {
        var echo = (JsonArray)JsonNodes.Of(tools)!;
        foreach (var tool in echo)
        {
            foreach (var name in (string[])["description", "parameters", "strict"])
                tool!.AsObject().TryAdd(name, null);
        }

        return echo;
    }

    private static string? ReadEffort(RequestFields fields, JsonObject variables)
    {
        if (fields.Object("reasoning") is not { } reasoning)
            return null;
        reasoning.Choice("summary", "auto", "concise", "detailed"); // the whole reasoning is shown, which says more
        return ChatPrompt.ReadEffort(reasoning, "effort", variables);
    }

    private static int? Logprobs(RequestFields fields)
    {
        var top = fields.Integer("top_logprobs", 0, 20);
        if (fields.Array("include") is not { } include)
            return null;
        var wanted = false;
        foreach (var element in include.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String)
                fields.FailType("include", "an array of strings");
            else
                wanted |= element.ValueEquals("message.output_text.logprobs"u8);
        }

        return wanted ? top ?? 0 : null;
    }
}
