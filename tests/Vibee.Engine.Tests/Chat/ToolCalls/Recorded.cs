using System.Text;
using System.Text.Json.Nodes;
using Vibee.Engine.Chat.ToolCalls;
using Vibee.Engine.Text;

namespace Vibee.Engine.Tests.Chat.ToolCalls;

/// <summary>What models of each family write, and what is to be made of it.</summary>
internal static class Recorded
{
    private const string Oslo = "call get_weather {\"city\": \"Oslo\"}";
    private const string Sum = "call add {\"a\": 2, \"b\": 3}";

    public static IReadOnlyList<ToolDefinition> Tools { get; } =
    [
        new("get_weather", Schema("""{"type":"object","properties":{"city":{"type":"string"},"unit":{"type":"string","enum":["celsius","fahrenheit"]},"days":{"type":"integer"}},"required":["city"]}""")),
        new("add", Schema("""{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}""")),
        new("now", Schema("""{"type":"object","properties":{},"additionalProperties":false}""")),
    ];

    /// <summary>Format, output, and the parts that it has.</summary>
    public static TheoryData<string, string, string[]> Outputs { get; } = new()
    {
        { "hermes", "<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}</tool_call>", [Oslo] },
        { "hermes", "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 2, \"b\": 3}}\n</tool_call>", [Oslo, Sum] },
        { "hermes", "I'll look it up.\n\n<tool_call>\n{\"arguments\": {\"city\": \"Oslo\"}, \"name\": \"get_weather\"}\n</tool_call>\n", ["text I'll look it up.", Oslo] },
        { "hermes", "<tool_call>{\"name\": \"get_weather\", \"arguments\": \"{\\\"city\\\": \\\"Oslo\\\"}\"}</tool_call>", [Oslo] },
        { "hermes", "<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Tromsø 🦙 \\\"north\\\" }]\"}}</tool_call> Done.", ["call get_weather {\"city\": \"Tromsø 🦙 \\\"north\\\" }]\"}", "text Done."] },
        { "hermes", "<tool_call>{\"name\": \"now\"}</tool_call>", ["call now {}"] },
        { "hermes", "<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}", [Oslo] },
        { "hermes", "Use <b>bold</b>, a < b and <tool_cal l>.", ["text Use <b>bold</b>, a < b and <tool_cal l>."] },
        { "llama3", "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Oslo\"}}", [Oslo] },
        { "llama3", "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Oslo\"}}; {\"name\": \"add\", \"parameters\": {\"a\": 2, \"b\": 3}}", [Oslo, Sum] },
        { "llama3", "<|python_tag|>{\"type\": \"function\", \"name\": \"get_weather\", \"parameters\": {\"city\": \"Oslo\"}}", [Oslo] },
        { "llama3", "<function=get_weather>{\"city\": \"Oslo\"}</function>", [Oslo] },
        { "llama3", "{\"answer\": 42}", ["text {\"answer\": 42}"] },
        { "llama3", "Here: {\"name\": \"get_weather\", \"parameters\": {}}", ["text Here: {\"name\": \"get_weather\", \"parameters\": {}}"] },
        { "qwen3-coder", "Let me see.\n\n<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n</function>\n</tool_call>", ["text Let me see.", Oslo] },
        { "qwen3-coder", "<tool_call>\n<function=add>\n<parameter=a>\n2\n</parameter>\n<parameter=b>\n3\n</parameter>\n</function>\n</tool_call>", [Sum] },
        { "qwen3-coder", "<function=get_weather>\n<parameter=city>\nTwo\nlines \"quoted\" </par\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>", ["call get_weather {\"city\": \"Two\\nlines \\\"quoted\\\" </par\", \"days\": 3}"] },
        { "qwen3-coder", "<tool_call>\n<function=now>\n</function>\n</tool_call>", ["call now {}"] },
        { "qwen3-coder", "<tool_call> is a tag.", ["text <tool_call> is a tag."] },
        { "seed-oss", "<seed:tool_call>\n<function=get_weather>\n<parameter=city>Oslo</parameter>\n</function>\n</seed:tool_call>", [Oslo] },
        { "mistral", "[TOOL_CALLS][{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}]", [Oslo] },
        { "mistral", "[TOOL_CALLS] [{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}, \"id\": \"a1b2c3d4e\"}, {\"name\": \"add\", \"arguments\": {\"a\": 2, \"b\": 3}, \"id\": \"a1b2c3d4f\"}]", [Oslo, Sum] },
        { "mistral-named", "[TOOL_CALLS]get_weather[ARGS]{\"city\": \"Oslo\"}[TOOL_CALLS]add[ARGS]{\"a\": 2, \"b\": 3}", [Oslo, Sum] },
        { "mistral-named", "Sure.[TOOL_CALLS]get_weather[CALL_ID]a1b2c3d4e[ARGS]{\"city\": \"Oslo\"}", ["text Sure.", Oslo] },
        { "phi-4", "<|tool_call|>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}]<|/tool_call|>", [Oslo] },
        { "phi-4", "functools[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}]", [Oslo] },
        { "generic", "```tool_code\nget_weather(city=\"Oslo\")\n```", [Oslo] },
        { "generic", "```tool_code\nprint(get_weather(city='Oslo'))\n```", [Oslo] },
        { "generic", "```json\n{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Oslo\"}}\n```", [Oslo] },
        { "generic", "```json\n{\"a\": 1}\n```", ["text ```json\n{\"a\": 1}\n```"] },
        { "generic", "<tool_call>{\"name\": \"add\", \"arguments\": {\"a\": 2, \"b\": 3}}</tool_call>", [Sum] },
        { "gemma-4", "<|tool_call>call:get_weather{city:<|\"|>Oslo<|\"|>}<tool_call|><|tool_call>call:add{a:2,b:3}<tool_call|>", [Oslo, Sum] },
        { "command-r", "Action: ```json\n[\n    {\n        \"tool_name\": \"get_weather\",\n        \"parameters\": {\"city\": \"Oslo\"}\n    }\n]```", [Oslo] },
        { "command-r7b", "<|START_ACTION|>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"get_weather\", \"parameters\": {\"city\": \"Oslo\"}},\n    {\"tool_call_id\": \"1\", \"tool_name\": \"add\", \"parameters\": {\"a\": 2, \"b\": 3}}\n]<|END_ACTION|>", [Oslo, Sum] },
        { "deepseek-v3", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{\"city\": \"Oslo\"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n```json\n{\"a\": 2, \"b\": 3}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", [Oslo, Sum] },
        { "deepseek-v3.1", "Checking.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{\"city\": \"Oslo\"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>", ["text Checking.", Oslo] },
        { "deepseek-v3.2", "\n\n<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"add\">\n<｜DSML｜parameter name=\"a\" string=\"false\">2</｜DSML｜parameter>\n<｜DSML｜parameter name=\"b\" string=\"false\">3</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>", [Sum] },
        { "glm", "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n</tool_call>", [Oslo] },
        { "glm", "<tool_call>add<arg_key>a</arg_key><arg_value>2</arg_value><arg_key>b</arg_key><arg_value>3</arg_value></tool_call><tool_call>now</tool_call>", [Sum, "call now {}"] },
        { "harmony", "<|channel|>analysis<|message|>They want weather.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{\"city\": \"Oslo\"}<|call|>", ["think They want weather.", Oslo] },
        { "harmony", "<|start|>assistant to=functions.add<|channel|>commentary json<|message|>{\"a\": 2, \"b\": 3}<|call|>", [Sum] },
        { "harmony", "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>It is 12 < 13 degrees.<|return|>", ["think Hm.", "text It is 12 < 13 degrees."] },
        { "harmony", "Plain words.", ["text Plain words."] },
        { "functionary-v3.1", "<function=get_weather>{\"city\": \"Oslo\"}</function><function=add>{\"a\": 2, \"b\": 3}</function>", [Oslo, Sum] },
        { "functionary-v3.2", ">>>all\nOne moment.>>>get_weather\n{\"city\": \"Oslo\"}>>>add\n{\"a\": 2, \"b\": 3}", ["text One moment.", Oslo, Sum] },
        { "granite", "<|tool_call|>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}]", [Oslo] },
        { "granite", "<|tool_call|> {\"name\": \"now\", \"arguments\": {}}", ["call now {}"] },
        { "kimi-k2", "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{\"city\": \"Oslo\"}<|tool_call_end|><|tool_call_begin|>functions.add:1<|tool_call_argument_begin|>{\"a\": 2, \"b\": 3}<|tool_call_end|><|tool_calls_section_end|>", [Oslo, Sum] },
        { "minimax-m2", "<minimax:tool_call>\n<invoke name=\"get_weather\">\n<parameter name=\"city\">Oslo</parameter>\n</invoke>\n<invoke name=\"add\">\n<parameter name=\"a\">2</parameter>\n<parameter name=\"b\">3</parameter>\n</invoke>\n</minimax:tool_call>", [Oslo, Sum] },
        { "tool-calls-list", "<tool_calls>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}\n{\"name\": \"add\", \"arguments\": {\"a\": 2, \"b\": 3}}\n</tool_calls>", [Oslo, Sum] },
        { "tool-calls-list", "<tool_calls>[{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}, \"id\": \"call00001\"}]</tool_calls>", [Oslo] },
        { "nemotron", "<TOOLCALL>[{\"name\": \"add\", \"arguments\": {\"a\": 2, \"b\": 3}}]</TOOLCALL>", [Sum] },
        { "minicpm", "<function name=\"get_weather\"><param name=\"city\">Oslo</param></function>", [Oslo] },
        { "lfm2", "<|tool_call_start|>[get_weather(city='Oslo'), add(a=2, b=3)]<|tool_call_end|>", [Oslo, Sum] },
        { "apertus", "<|tools_prefix|>[{\"get_weather\": {\"city\": \"Oslo\"}}, {\"add\": {\"a\": 2, \"b\": 3}}]<|tools_suffix|>", [Oslo, Sum] },
        { "gigachat", "<|function_call|>{\"name\": \"add\", \"arguments\": {\"a\": 2, \"b\": 3}}", [Sum] },
        { "firefunction", " functools[{\"name\": \"add\", \"arguments\": {\"a\": 2, \"b\": 3}}]", [Sum] },
        // Malformed: all of it is text.
        { "hermes", "<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": Oslo}}</tool_call>", ["text <tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": Oslo}}</tool_call>"] },
        { "hermes", "<tool_call>{\"name\": \"rm\", \"arguments\": {}}</tool_call>", ["text <tool_call>{\"name\": \"rm\", \"arguments\": {}}</tool_call>"] },
        { "hermes", "<tool_call>{\"name\": \"get_weather\", \"arg", ["text <tool_call>{\"name\": \"get_weather\", \"arg"] },
        { "hermes", "<tool_call> <tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>", ["text <tool_call> ", "call now {}"] },
        { "mistral", "[TOOL_CALLS][{\"name\": \"now\", \"arguments\": {}}, 5]", ["call now {}", "text , 5]"] },
        { "glm", "<tool_call>{\"name\": \"now\"}</tool_call>", ["text <tool_call>{\"name\": \"now\"}</tool_call>"] },
        { "deepseek-v3.1", "<｜tool▁call▁begin｜>rm<｜tool▁sep｜>{}<｜tool▁call▁end｜>", ["text <｜tool▁call▁begin｜>rm<｜tool▁sep｜>{}<｜tool▁call▁end｜>"] },
        { "lfm2", "<|tool_call_start|>[get_weather(city=]<|tool_call_end|>", ["text <|tool_call_start|>[get_weather(city=]<|tool_call_end|>"] },
        { "harmony", "<|channel|>commentary to=functions.rm<|message|>{}<|call|>", ["text {}"] },
    };

    public static ToolCallFormat Format(string name) =>
        name == "generic" ? ToolCallFormat.Generic : ToolCallFormat.All.Single(format => format.Name == name);

    /// <summary>The parts of an output that comes in pieces, neighbours of one kind joined.</summary>
    public static string[] Parse(OutputParser parser, IEnumerable<string> output)
    {
        var pieces = new List<OutputPiece>();
        foreach (var text in output)
            parser.Append(text, pieces);
        parser.Finish(pieces);
        return Describe(pieces);
    }

    /// <summary>Bytes, cut at <paramref name="at"/> and decoded as a model's tokens are.</summary>
    public static IEnumerable<string> Cut(string output, params int[] at)
    {
        var bytes = Encoding.UTF8.GetBytes(output);
        var decoder = new Detokenizer();
        var start = 0;
        foreach (var end in at.Append(bytes.Length))
        {
            yield return decoder.Append(bytes.AsSpan(start, end - start)).ToString();
            start = end;
        }
    }

    public static string[] Describe(IReadOnlyList<OutputPiece> pieces)
    {
        var parts = new List<string>();
        OutputKind? last = null;
        foreach (var piece in pieces)
        {
            var continues = piece.Kind == last || (piece.Kind == OutputKind.Arguments && last == OutputKind.Call);
            var label = piece.Kind switch { OutputKind.Call => "call ", OutputKind.Reasoning => "think ", OutputKind.Arguments => " ", _ => "text " };
            if (continues && piece.Kind != OutputKind.Call)
                parts[^1] += last == OutputKind.Call ? $" {piece.Text}" : piece.Text;
            else
                parts.Add(label + piece.Text);
            last = piece.Kind;
        }

        return [.. parts];
    }

    private static JsonObject Schema(string json) => JsonNode.Parse(json)!.AsObject();
}
