namespace Swat.Model;

/// <summary>The size of the k-th slope among the n heads of one direction: <c>alibi_scale</c> in config.json.</summary>
public enum AlibiScale
{
    /// <summary>2^-k, k = 1..n (SWAT, Eq. 4).</summary>
    Paper,

    /// <summary>2^(-8k/n), k = 1..n (Press et al., "Train Short, Test Long").</summary>
    Press,
}
