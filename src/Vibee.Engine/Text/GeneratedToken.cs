using Vibee.Engine.Sampling;

namespace Vibee.Engine.Text;

/// <summary>A token whose text was delivered, with its probability.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Bytes">Its bytes, without those that a stop string or a closing tag took away.</param>
/// <param name="Offset">Where its text begins in the content, in UTF-16 units.</param>
/// <param name="Logprobs">Its probability and its rivals.</param>
public readonly record struct GeneratedToken(int Token, ReadOnlyMemory<byte> Bytes, int Offset, TokenLogprobs Logprobs);
