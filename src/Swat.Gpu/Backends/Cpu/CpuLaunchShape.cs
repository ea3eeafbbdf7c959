namespace Swat.Gpu.Backends.Cpu;

/// <summary>How a group's work items are dealt to vectors: in linear order, x fastest.</summary>
/// <param name="X">Work items along x.</param>
/// <param name="Y">Work items along y.</param>
/// <param name="Z">Work items along z.</param>
/// <param name="Lanes">Work items of a vector; 1 for scalar code.</param>
internal readonly record struct CpuLaunchShape(int X, int Y, int Z, int Lanes)
{
    public int Count => X * Y * Z;

    /// <summary>Vectors of a group, the last one perhaps partial.</summary>
    public int Vectors => (Count + Lanes - 1) / Lanes;

    /// <summary>A vector lies within one row: x is consecutive, y and z are the same for all lanes.</summary>
    public bool RowsAreWhole => X % Lanes == 0 || (Y == 1 && Z == 1);

    public int Size(long dimension) => dimension switch
    {
        0 => X,
        1 => Y,
        _ => Z,
    };
}
