namespace Swat.Tensors.Numerics;

/// <summary>Picks what is written once per storage type: <c>Select("add", type, Launch&lt;F32&gt;, Launch&lt;BF16&gt;, Launch&lt;F16&gt;)</c>.</summary>
internal static class ElementTypes
{
    /// <exception cref="ArgumentException">The type is no floating-point type; the message names the operation.</exception>
    public static TAction Select<TAction>(string operation, DType type, TAction float32, TAction bfloat16, TAction float16) => type switch
    {
        DType.Float32 => float32,
        DType.BFloat16 => bfloat16,
        DType.Float16 => float16,
        _ => throw new ArgumentException($"{operation}: works on floating-point tensors, not on {type}"),
    };

    /// <summary>As above, for a second tensor that has the same type or is <see cref="DType.Float32"/>.</summary>
    public static TAction SelectWithFloat32<TAction>(
        string operation,
        DType type,
        DType other,
        TAction float32,
        TAction bfloat16,
        TAction float16,
        TAction bfloat16WithFloat32,
        TAction float16WithFloat32)
    {
        if (other == type)
            return Select(operation, type, float32, bfloat16, float16);
        if (other != DType.Float32)
            throw new ArgumentException($"{operation}: tensors of {type} and {other} do not go together; use To(DType)");
        return Select(operation, type, float32, bfloat16WithFloat32, float16WithFloat32);
    }
}
