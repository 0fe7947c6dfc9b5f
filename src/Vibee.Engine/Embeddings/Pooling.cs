namespace Vibee.Engine.Embeddings;

/// <summary>How a model makes one vector of the vectors of all tokens. The numbers are those of GGUF's
/// <c>pooling_type</c>.</summary>
public enum Pooling
{
    /// <summary>The mean of all tokens.</summary>
    Mean = 1,

    /// <summary>That of the first token, which encoders are trained to sum a text up in.</summary>
    Cls = 2,

    /// <summary>That of the last token, which in a decoder has seen all others.</summary>
    Last = 3,

    /// <summary>No vector but one score, from a classifier: how well a document answers a query.</summary>
    Rank = 4,
}
