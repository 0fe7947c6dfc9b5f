using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using Vibee.Engine.Chat;

namespace Vibee.Benchmarks;

/// <summary>Renders a chat of 20 messages, which every request of a conversation does once. The promise is 200 µs.</summary>
[MemoryDiagnoser]
public class ChatTemplateBenchmarks
{
    private ChatTemplate _template = null!;
    private JsonObject _context = null!;

    public static IEnumerable<string> Templates => TemplateFiles.Names;

    [ParamsSource(nameof(Templates))]
    public string Template { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        _template = ChatTemplate.Compile(TemplateFiles.Read(Template));
        _context = Conversation.Forms().First(Accepts);
    }

    [Benchmark]
    public string Render() => _template.Render(_context);

    private bool Accepts(JsonObject context)
    {
        try
        {
            _template.Render(context);
            return true;
        }
        catch (TemplateException)
        {
            return false;
        }
    }
}
