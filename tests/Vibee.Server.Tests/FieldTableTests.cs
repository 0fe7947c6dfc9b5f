using System.Net;
using System.Text.Json.Nodes;

namespace Vibee.Server.Tests;

/// <summary>Sections 1.1 to 1.6 of the contract, a line for each row: the field, values that must be refused with its
/// name, values that must pass.</summary>
public class FieldTableTests
{
    private const string Chat = """
        messages | [null,[],5] | []
        max_completion_tokens | [0,-5,1.5,"5"] | [3,-1,3.0,null]
        max_tokens | [0,-5,1.5,"5"] | [3,-1,null]
        temperature | [-0.1,2.1,"1",true] | [0,2,null]
        top_p | [-0.1,1.1,"x"] | [0,1,null]
        n | [0,129,"2",1.5] | [1,2,null]
        stop | [5,[1],{}] | [null,"",[""],[],"x",["a","a","a","a","a"]]
        stream | ["yes",1] | [null,false]
        seed | [9223372036854775808,-9223372036854775809,1.5,"1"] | [0,-1,null,1099511627776]
        frequency_penalty | [-2.1,2.1] | [-2,2,null]
        presence_penalty | [-2.1,2.1] | [-2,2]
        logit_bias | [{"x":1},{"-1":1},{"99999999":1},{"1":101},{"1":"a"},5] | [{"1":-100},{},null]
        logprobs | ["x",1] | [true,false,null]
        top_logprobs | [21,-1,3] | [0,null]
        tool_choice | ["xx",{},"required",{"type":"function","function":{"name":"f"}}] | ["none","auto",null]
        parallel_tool_calls | [1] | [true,null]
        reasoning_effort | ["huge",5] | ["none","minimal","low","medium","high","xhigh","max",null]
        modalities | [["audio"],"text"] | [["text"],null]
        audio | [{"voice":"x"}] | [null]
        prediction | [5,{"type":"content"}] | [{"type":"content","content":"x"},null]
        web_search_options | [{}] | [null]
        metadata | [{"a":5},5] | [{"a":"b"},null]
        user | [5] | ["a"]
        safety_identifier | [5] | ["a"]
        prompt_cache_key | [5] | ["a"]
        store | [5] | [true]
        service_tier | [5] | ["auto"]
        verbosity | ["x"] | ["low"]
        functions | [[{}]] | [null]
        function_call | ["auto"] | [null]
        stream_options | [{},5] | [null]
        top_k | ["a",1.5] | [0,40,-1]
        min_p | [-1,2] | [0.1]
        typical_p | [0.5,"x"] | [1,null]
        repeat_penalty | [0,-1,"x"] | [1.1]
        repetition_penalty | [0] | [1.1]
        ignore_eos | [5] | [true]
        min_tokens | [3,"x"] | [0,null]
        grammar | ["root ::= x",5] | ["root ::= \"a\"",""," root ::= [a-z]{2}",null]
        json_schema | [5,{"type":"foo"}] | [{"enum":[1]},null]
        guided_json | [5,{"type":"foo"},"{"] | [{"enum":[1]},"{\"enum\":[1]}",null]
        guided_regex | [5,"("] | ["[ab]",null]
        guided_choice | ["a",[],[5]] | [["a","b"],null]
        guided_grammar | [5,"root ::= x"] | ["root ::= \"a\"",null]
        chat_template_kwargs | [5] | [{},{"a":1}]
        add_generation_prompt | [5] | [true,false]
        continue_final_message | [5] | [false]
        echo | [5] | [true]
        reasoning_format | ["x"] | ["none","deepseek","auto"]
        thinking_budget_tokens | [5] | [-1]
        cache_prompt | [5] | [true]
        timings_per_token | [5] | [true]
        return_progress | [true] | [false]
        return_token_ids | [true] | [false]
        stop_token_ids | [[1],5] | [[],null]
        include_stop_str_in_output | [true] | [false]
        repeat_last_n | [-2] | [-1,0,64]
        enable_thinking | ["true"] | [true]
        tools | [5,[5],[{}],[{"type":"x"}]] | [[],null,[{"type":"function","function":{"name":"f"}}]]
        response_format | [{"type":"json_schema"},{"type":"xml"},{},5] | [{"type":"text"},{"type":"json_object"},{"type":"json_schema","json_schema":{"name":"a","schema":{"enum":[1]}}},null]
        """;

    private const string Completions = """
        prompt | [null,"",[],[[]],[-1],[99999999],[1,"a"],{}] | ["a",["a","b"],[1,2],[[1],[2]]]
        max_tokens | [-2,"a"] | [3,-1,null]
        n | [0,129] | [2]
        best_of | [21] | [2]
        echo | [5] | [true]
        suffix | ["x"] | ["",null]
        logprobs | [21,-1,true] | [0,5,20]
        stop | [5] | ["x"]
        response_format | [{"type":"xml"}] | [{"type":"text"},{"type":"json_object"}]
        typical_p | [0.5] | [1]
        """;

    private const string Responses = """
        input | [null,5,[],{}] | ["a",[{"role":"user","content":"Hello!"}],[{"type":"reasoning","summary":[]},{"role":"user","content":"Hello!"}]]
        instructions | [5] | ["x",null]
        max_output_tokens | [0,"a"] | [1,null]
        temperature | [3] | [1]
        top_p | [2] | [1]
        top_logprobs | [21] | [0,3]
        include | [5,[5]] | [["message.output_text.logprobs"],["reasoning.encrypted_content"]]
        stream | [5] | [false]
        tools | [5,[{"type":"web_search"}]] | [[],[{"type":"function","name":"f"}]]
        tool_choice | ["x"] | ["auto","none"]
        parallel_tool_calls | [5] | [false]
        store | [5] | [true]
        previous_response_id | ["r"] | [null]
        conversation | ["c"] | [null]
        background | [true] | [false,null]
        prompt | [{"id":"p"}] | [null]
        truncation | ["auto","x"] | ["disabled"]
        max_tool_calls | ["a"] | [3]
        metadata | [{"a":5},5] | [{"a":"b"}]
        user | [5] | ["a"]
        service_tier | [5] | ["auto"]
        text | [{"format":{"type":"json_schema"}},{"format":{}},5] | [{"format":{"type":"text"}},{"format":{"type":"json_object"}},null]
        reasoning | [{"effort":"x"},5] | [{"effort":"low","summary":"auto"},null]
        """;

    private const string Messages = """
        messages | [null,[],5] | []
        max_tokens | [null,0,"a"] | [3]
        system | [5] | ["a",[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]]
        tools | [5,[{"name":"x"}]] | [[],[{"name":"x","input_schema":{}}]]
        tool_choice | [{"type":"any"},{"type":"tool"},{}] | [{"type":"auto"},{"type":"none"},null]
        stop_sequences | ["a",[5]] | [["a"],null]
        temperature | [1.1] | [1]
        top_p | [2] | [1]
        top_k | [-1] | [5]
        stream | [5] | [false]
        thinking | [{"type":"enabled"},{"type":"x"},{"type":"enabled","budget_tokens":5}] | [{"type":"disabled"},{"type":"adaptive"}]
        output_config | [{"effort":"x"},{"format":{}},{"format":{"type":"json_schema"}}] | [{"effort":"low"},{"format":{"type":"json_schema","schema":{"enum":[1]}}}]
        output_format | [{"type":"json_schema"},5] | [{"type":"json_schema","schema":{"enum":[1]}}]
        metadata | [{"user_id":5}] | [{"user_id":"a"}]
        service_tier | ["x"] | ["auto"]
        container | [] | ["c",null]
        """;

    [Theory]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello!"}],"max_tokens":3}""", Chat)]
    [InlineData("/v1/completions", """{"prompt":"Hello","max_tokens":3}""", Completions)]
    [InlineData("/v1/responses", """{"input":"Hello","max_output_tokens":3}""", Responses)]
    [InlineData("/v1/messages", """{"messages":[{"role":"user","content":"Hello!"}],"max_tokens":3}""", Messages)]
    public async Task Post_EveryRow_IsHonouredOrRefusedByName(string path, string body, string table)
    {
        await using var server = await TestServer.StartAsync();
        foreach (var line in table.Split('\n'))
        {
            var row = line.Split(" | ");
            foreach (var value in JsonNode.Parse(row[1])!.AsArray())
                await SendAsync(server, path, With(body, row[0], value), HttpStatusCode.BadRequest, row[0]);
            foreach (var value in JsonNode.Parse(row[2])!.AsArray())
                await SendAsync(server, path, With(body, row[0], value), HttpStatusCode.OK, row[0]);
        }
    }

    private static string With(string body, string name, JsonNode? value)
    {
        var copy = JsonNode.Parse(body)!.AsObject();
        copy[name] = value?.DeepClone();
        return copy.ToJsonString();
    }

    private static async Task SendAsync(TestServer server, string path, string body, HttpStatusCode expected, string name)
    {
        var (status, json) = await server.PostJsonAsync(path, body);
        Assert.True(status == expected, $"{path} {body}: {status} {json.ToJsonString()}");
        if (status == HttpStatusCode.OK)
            return;

        // Anthropic's errors have no field for it; their text names it.
        var error = json["error"]!;
        var isNamed = (string?)error["param"] is { } param
            ? param.StartsWith(name, StringComparison.Ordinal)
            : ((string)error["message"]!).Contains($"'{name}", StringComparison.Ordinal);
        Assert.True(isNamed, $"{path} {body}: {error.ToJsonString()}");
    }
}
