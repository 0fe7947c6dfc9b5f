using Vibee.Engine.Chat.Jinja.Expressions;

namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>What the parsers of statements and of expressions share.</summary>
internal sealed class ParserState(List<Token> tokens)
{
    private readonly List<TemplateException> _unknown = [];

    public TokenStream Tokens { get; } = new(tokens);

    public Scope Scope { get; private set; } = new(null, ownsFrame: true);

    /// <summary>Attribute names and string literals: the words by which a template shows what it knows about.</summary>
    public HashSet<string> Words { get; } = [];

    public int UnknownCount => _unknown.Count;

    public Scope OpenScope(bool ownsFrame = false) => Scope = new Scope(Scope, ownsFrame);

    public void CloseScope() => Scope = Scope.Parent!;

    /// <summary>Back into a scope that was closed, within the one it was opened in.</summary>
    public void Reopen(Scope scope) => Scope = scope;

    public Name Read(Token name) => Scope.Note(new Name(name.At, name.Text), NameUse.Read);

    public Name Write(Token name) => Scope.Note(new Name(name.At, name.Text), NameUse.Write);

    public Name Parameter(Token name) => Scope.Note(new Name(name.At, name.Text), NameUse.Parameter);

    /// <summary>A filter or test nobody knows. Templates ask for what other engines offer behind a condition, so
    /// there it is an error only when reached.</summary>
    public void NoteUnknown(string what, Token name)
    {
        for (var scope = Scope; scope is not null; scope = scope.Parent)
        {
            if (scope.Conditions > 0)
                return;
        }
        _unknown.Add(Fault.Syntax($"No {what} named '{name.Text}'.", name.At));
    }

    /// <summary>What was noted since then stands in a conditional expression, as turned out.</summary>
    public void ForgetUnknown(int count) => _unknown.RemoveRange(count, _unknown.Count - count);

    public void ThrowIfUnknown()
    {
        if (_unknown.Count > 0)
            throw _unknown[0];
    }

    /// <summary>Sets the height of a node, and refuses trees too high to evaluate.</summary>
    public static T Grow<T>(T node, params ReadOnlySpan<Expression?> children) where T : Expression
    {
        foreach (var child in children)
            node.Height = Math.Max(node.Height, (child?.Height ?? 0) + 1);
        return node.Height <= Limits.ExpressionHeight
            ? node
            : throw Fault.Syntax($"an expression is nested more than {Limits.ExpressionHeight} levels deep", node.At);
    }
}
