using System.CommandLine;
using Vibee;
using Vibee.Bench;

// Everything a user can do starts here: one command per file, each of which builds its settings, composes and runs.
var root = new RootCommand("Vibee serves GGUF models on your own machine behind the OpenAI API.  φ² + 1/φ² = 3")
{
    ServeCommand.Create(),
    KeysCommand.Create(),
    BenchCommand.Create(),
    PhiCommand.Create(),
    TemplateCommand.Create(),
    GrammarCommand.Create(),
};

var parsed = root.Parse(args.Length > 0 ? args : ["--help"]);
if (parsed.Errors.Count > 0)
    return Failure.Usage(Usage.Explain(parsed));

return await parsed.InvokeAsync(new InvocationConfiguration
{
    EnableDefaultExceptionHandler = false,
    ProcessTerminationTimeout = null, // the server itself drains on SIGTERM; the library would end it after 2 s
});
