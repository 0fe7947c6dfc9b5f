using System.Text;
using Vibee.Engine.Text;

namespace Vibee.Server.Generation;

/// <summary>A part of what a choice consists of: a thought, a text, or a call, whose text is its arguments.</summary>
/// <param name="part">Which.</param>
/// <param name="name">Of a call: the function.</param>
internal sealed class Block(ChunkPart part, string? name = null)
{
    public ChunkPart Part { get; } = part;

    public string? Name { get; } = name;

    /// <summary>The same nowhere else.</summary>
    public string Key { get; } = Guid.NewGuid().ToString("N");

    /// <summary>What results of a call refer to.</summary>
    public string CallId => $"call_{Key[..24]}";

    public StringBuilder Text { get; } = new();

    public List<GeneratedToken> Tokens { get; } = [];
}
