using Vibee.Engine.Sampling;

namespace Vibee.Engine.Text;

/// <summary>A token whose text was delivered, with its probability.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Bytes">Its bytes, without those that a stop string or a closing tag took away.</param>
/// <param name="Text">The characters that it completed. All of them together are the content; a token that holds only
/// the beginning of a character has none.</param>
/// <param name="Logprobs">Its probability and its rivals; null only for the first token of a prompt, which follows
/// nothing.</param>
public readonly record struct GeneratedToken(int Token, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<char> Text, TokenLogprobs? Logprobs);
