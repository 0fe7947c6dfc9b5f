using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Matching;
namespace Vibee.Engine.Grammar.JsonSchema;
internal sealed class SchemaCompiler(Lexicon lexicon, JsonSchemaOptions options)
{
    public IReadOnlyList<UnenforcedKeyword> Unenforced => [];
    public Goal Compile(string schema) => throw new NotImplementedException(schema + lexicon + options);
}
