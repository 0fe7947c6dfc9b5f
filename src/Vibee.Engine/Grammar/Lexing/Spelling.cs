namespace Vibee.Engine.Grammar.Lexing;

/// <summary>How the characters of a terminal are written as bytes.</summary>
internal enum Spelling
{
    /// <summary>As UTF-8.</summary>
    Plain,

    /// <summary>As a JSON string with its quotes: UTF-8, and escapes where JSON needs them or the language leaves a
    /// choice. Where only one character can stand it is spelled in one way, so that what is known can be written
    /// without asking the model.</summary>
    JsonString,
}
