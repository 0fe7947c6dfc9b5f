using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Vibee.Engine.Chat;
using Vibee.Engine.Chat.ToolCalls;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>Brings tools, calls and results into the form that a template understands; where it understands none, into
/// words in other messages.</summary>
internal sealed class ToolMessages(TemplateTraits traits, ToolCallFormat format)
{
    private const string Role = "role";
    private const string Content = "content";
    private const string Calls = "tool_calls";

    private bool TemplateShowsTools => traits.SupportsTools && format.Instructions is null;

    /// <summary>What the template is given as <c>tools</c>.</summary>
    public JsonNode? ToolsFor(ToolUse? tools) => TemplateShowsTools ? tools?.Shown.DeepClone() : null;

    public void Adapt(JsonArray messages, ToolUse? tools)
    {
        if (tools is not null && format.ReadsToolsFromSystem)
            SystemMessage(messages)["tools"] = List(tools, "[", ", ", "]");
        else if (tools is not null && !TemplateShowsTools)
            Instruct(messages, $"{ToolCallFormat.Generic.Instructions}\n{List(tools, "", "\n", "")}");
        AdaptIds(messages);
        if (!traits.KnowsToolRole)
            Rewrite(messages);
        else
            GiveNames(messages);
    }

    private static string List(ToolUse tools, string open, string separator, string close) =>
        open + string.Join(separator, tools.Shown.Select(tool => JsonNodes.Readable(tool!["function"]!))) + close;

    private static JsonObject SystemMessage(JsonArray messages)
    {
        if (messages.Count == 0 || (string?)messages[0]![Role] != "system")
            messages.Insert(0, new JsonObject { [Role] = "system", [Content] = "" });
        return messages[0]!.AsObject();
    }

    private void Instruct(JsonArray messages, string instructions)
    {
        if (traits.KnowsSystemRole)
        {
            var system = SystemMessage(messages);
            var before = MessageContent.TextOf(system[Content]);
            system[Content] = before.Length == 0 ? instructions : $"{before}\n\n{instructions}";
        }
        else if (messages.FirstOrDefault(message => (string?)message![Role] == "user") is { } user)
        {
            user[Content] = $"{instructions}\n\n{MessageContent.TextOf(user[Content])}";
        }
    }

    /// <summary>Calls become what the model was told to write, and results messages of the user.</summary>
    private static void Rewrite(JsonArray messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i]!.AsObject();
            if (message[Calls] is JsonArray calls)
            {
                var parts = calls.Select(call => $"<tool_call>{{\"name\": {JsonNodes.Readable(call!["function"]!["name"]!)}, \"arguments\": {call["function"]!["arguments"]}}}</tool_call>");
                var text = MessageContent.TextOf(message[Content]);
                message[Content] = string.Join('\n', text.Length > 0 ? parts.Prepend(text) : parts);
                message.Remove(Calls);
            }

            var isResult = (string?)message[Role] is "tool" or "function";
            if (isResult)
            {
                message[Content] = $"<tool_response>\n{MessageContent.TextOf(message[Content])}\n</tool_response>";
                message[Role] = "user";
                message.Remove("tool_call_id");
                message["is_result"] = true;
            }

            // Many templates want user and assistant by turns.
            var last = i > 0 ? messages[i - 1]!.AsObject() : null;
            if ((string?)message[Role] != "user" || last?.ContainsKey("is_result") != true)
                continue;
            last[Content] = $"{MessageContent.TextOf(last[Content])}\n{MessageContent.TextOf(message[Content])}";
            if (!isResult)
                last.Remove("is_result");
            messages.RemoveAt(i--);
        }

        foreach (var message in messages)
            message!.AsObject().Remove("is_result");
    }

    // Some templates want to know whose result it is.
    private static void GiveNames(JsonArray messages)
    {
        var names = new Dictionary<string, JsonNode?>();
        foreach (var message in messages)
        {
            foreach (var call in message![Calls] as JsonArray ?? [])
            {
                if ((string?)call!["id"] is { } id)
                    names[id] = call["function"]!["name"];
            }

            if ((string?)message[Role] == "tool" && message["name"] is null && (string?)message["tool_call_id"] is { } result
                && names.TryGetValue(result, out var name))
                message["name"] = name?.DeepClone();
        }
    }

    private void AdaptIds(JsonArray messages)
    {
        if (format.IdLength == 0)
            return;
        foreach (var message in messages)
        {
            foreach (var call in message![Calls] as JsonArray ?? [])
                Shorten(call!.AsObject(), "id");
            Shorten(message.AsObject(), "tool_call_id");
        }
    }

    private void Shorten(JsonObject json, string name)
    {
        if ((string?)json[name] is not { } id || (id.Length == format.IdLength && id.All(char.IsAsciiLetterOrDigit)))
            return;
        json[name] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..format.IdLength];
    }
}
