namespace Swat.Gpu.Intrinsics;

/// <summary>Layouts that <see cref="Hopper.Descriptor"/> names.</summary>
public static class WgmmaSwizzle
{
    public const int None = 0;

    /// <summary>Rows of 128 bytes; of each run of 8 rows, row r has its 16-byte pieces at index piece ^ r.</summary>
    public const int Bytes128 = 1;
    public const int Bytes64 = 2;
    public const int Bytes32 = 3;
}
