namespace Swat.Train.Verification;

/// <summary>What a golden case is about.</summary>
public enum GoldenKind
{
    /// <summary>One attention operation, forward and backward.</summary>
    Attention,

    /// <summary>A model's logits, loss and gradients.</summary>
    Model,

    /// <summary>Some steps of the optimizer from given weights on given data.</summary>
    Train,

    /// <summary>Texts, their token ids, and what these decode to.</summary>
    Tokenizer,
}
