namespace Vibee.Engine.Grammar;

/// <summary>A limit that keeps hostile grammars bounded was met; never leaves the grammar engine.</summary>
internal sealed class GrammarLimitException(string message) : Exception(message);
