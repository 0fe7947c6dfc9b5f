using System.Text;
using System.Text.Json.Nodes;
using Vibee.Engine;

namespace Vibee.Server.OpenAi;

/// <summary>Turns a chat into the text that the model continues, as the model's own template says.</summary>
internal sealed class ChatRenderer(ModelInfo model)
{
    /// <returns>The text, or in <paramref name="error"/> why the template refuses these messages.</returns>
    public string? Render(ChatPrompt prompt, out string? error)
    {
        error = null;
        _ = model;
        var text = new StringBuilder();
        foreach (var message in prompt.Messages)
            text.Append($"<|im_start|>{(string?)message!["role"]}\n{(string?)message["content"]}<|im_end|>\n");
        if (prompt.AddGenerationPrompt)
            text.Append("<|im_start|>assistant\n");
        return text.Append(prompt.Prefill).ToString();
    }
}
