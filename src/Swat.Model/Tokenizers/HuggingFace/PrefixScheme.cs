namespace Swat.Model.Tokenizers.HuggingFace;

/// <summary>When a space is put before a part of the text between added tokens.</summary>
internal enum PrefixScheme
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Before every part that is not empty (normalizer Prepend).</summary>
    Always,

    /// <summary>Before every part that does not begin with a space (Metaspace, "always").</summary>
    UnlessSpace,

    /// <summary>Before the beginning of the whole text, if it is no space (Metaspace, "first").</summary>
    FirstUnlessSpace,
}
