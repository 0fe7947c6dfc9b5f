namespace Vibee.Engine.Chat.Jinja;

/// <summary>A place in the template, both counted from 1.</summary>
internal readonly record struct SourcePosition(int Line, int Column);
