namespace Vibee.Server.OpenApi;

/// <summary>Requests for the document. The first of each is the one to try; the others reach what is read only where
/// something else is there, so that the document has those fields too.</summary>
internal static class Examples
{
    public static readonly string[] Chat =
    [
        """{"messages":[{"role":"user","content":"Hello!"}]}""",
        """
        {"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Two and two?"}]},
        {"role":"assistant","reasoning_content":"A sum.","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"add","arguments":"{\"a\":2,\"b\":2}"}}]},
        {"role":"tool","tool_call_id":"call_1","content":"4"},{"role":"assistant","function_call":{"name":"add","arguments":"{}"}},
        {"role":"assistant","content":[{"type":"refusal","refusal":"No."}]},{"role":"user","content":"And?"}],
        "max_tokens":20,"stream":true,"stream_options":{"include_usage":true},"prediction":{"type":"content","content":"Four."}}
        """,
        """
        {"messages":[{"role":"user","content":"Two and two?"}],"tool_choice":"auto","parallel_tool_calls":false,
        "tools":[{"type":"function","function":{"name":"add","description":"Adds.","parameters":{"properties":{"a":{},"b":{}}}}}]}
        """,
    ];

    public static readonly string[] Completion = ["""{"prompt":"Once upon a time"}"""];

    public static readonly string[] Embeddings = ["""{"input":"Once upon a time"}"""];

    public static readonly string[] Rerank =
    [
        """{"query":"a capital","documents":["Paris","A cat"]}""",
        """{"query":"a capital","texts":["Paris","A cat"],"return_text":true}""",
    ];

    public static readonly string[] Responses =
    [
        """{"input":"Hello!"}""",
        """
        {"instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text","text":"Two and two?"}]},
        {"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"A sum."}]},
        {"type":"function_call","call_id":"call_1","name":"add","arguments":"{\"a\":2,\"b\":2}"},
        {"type":"function_call_output","call_id":"call_1","output":"4"},{"role":"assistant","content":[{"type":"refusal","refusal":"No."}]},
        {"role":"user","content":"And?"}],"max_output_tokens":20,"include":["message.output_text.logprobs"]}
        """,
        """
        {"input":"Two and two?","tools":[{"type":"function","name":"add","description":"Adds.","parameters":{"properties":{"a":{},"b":{}}}}]}
        """,
    ];

    public static readonly string[] Messages =
    [
        """{"max_tokens":100,"messages":[{"role":"user","content":"Hello!"}]}""",
        """
        {"max_tokens":2000,"system":[{"type":"text","text":"Be brief."}],"thinking":{"type":"enabled","budget_tokens":1024},
        "messages":[{"role":"user","content":[{"type":"text","text":"Two and two?"}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"A sum.","signature":""},{"type":"tool_use","id":"call_1","name":"add","input":{"a":2,"b":2}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"4"}]}]}
        """,
        """
        {"max_tokens":100,"messages":[{"role":"user","content":"Two and two?"}],
        "tools":[{"name":"add","description":"Adds.","input_schema":{"properties":{"a":{},"b":{}}}}],
        "tool_choice":{"type":"auto","disable_parallel_tool_use":true}}
        """,
    ];

    public static readonly string[] Tokenize = ["""{"content":"Hello!","with_pieces":true}"""];

    public static readonly string[] Detokenize = ["""{"tokens":[1,2,3]}"""];
}
