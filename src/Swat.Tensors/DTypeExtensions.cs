namespace Swat.Tensors;

public static class DTypeExtensions
{
    extension(DType type)
    {
        /// <summary>Bytes per element.</summary>
        public int Size => type switch
        {
            DType.Float32 or DType.Int32 => 4,
            DType.BFloat16 or DType.Float16 => 2,
            DType.Int64 => 8,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "is not a dtype"),
        };

        /// <summary>Only these types can carry gradients.</summary>
        public bool IsFloatingPoint => type is DType.Float32 or DType.BFloat16 or DType.Float16;
    }
}
