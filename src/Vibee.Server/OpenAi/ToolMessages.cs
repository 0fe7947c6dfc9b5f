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
        GiveNames(messages);
        if (!traits.ShowsToolCalls)
            WriteCalls(messages);
        if (!traits.ShowsToolCalls && !traits.KnowsToolRole)
            WriteResults(messages);
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

    /// <summary>Calls become what the model was told to write.</summary>
    private static void WriteCalls(JsonArray messages)
    {
        foreach (var node in messages)
        {
            var message = node!.AsObject();
            if (message[Calls] is not JsonArray calls)
                continue;
            var parts = calls.Select(call => call!["function"]!).Select(call =>
                $"<tool_call>{{\"name\": {JsonNodes.Readable(call["name"] ?? "")}, \"arguments\": {call["arguments"]}}}</tool_call>");
            var text = MessageContent.TextOf(message[Content]);
            message[Content] = string.Join('\n', text.Length > 0 ? parts.Prepend(text) : parts);
            message.Remove(Calls);
        }
    }

    /// <summary>Results become messages of the user; neighbours one, since many templates want user and assistant by
    /// turns.</summary>
    private static void WriteResults(JsonArray messages)
    {
        JsonObject? last = null; // a result
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i]!.AsObject();
            var isResult = (string?)message[Role] is "tool" or "function";
            var text = MessageContent.TextOf(message[Content]);
            if (isResult)
                text = $"<tool_response>\n{text}\n</tool_response>";
            if (last is not null && (isResult || (string?)message[Role] == "user"))
            {
                last[Content] = $"{last[Content]}\n{text}";
                messages.RemoveAt(i--);
            }
            else if (isResult)
            {
                messages[i] = last = new JsonObject { [Role] = "user", [Content] = text };
                continue;
            }

            if (!isResult)
                last = null;
        }
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
