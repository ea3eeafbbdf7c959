using Swat.Tensors.Numerics;

namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>
/// A step whose tiles <see cref="WarpKernel"/> copies: the copies run some steps ahead of the products, also from the group's unit of
/// work into its next one.
/// </summary>
/// <param name="Number">The unit; past the last one there are no steps.</param>
/// <param name="Step">The step along k.</param>
/// <param name="EndStep">The step behind the unit's last.</param>
/// <param name="FirstRow">The tile's first row of A'.</param>
/// <param name="FirstColumn">The tile's first column of B'.</param>
/// <param name="PositionA">Where in A the first 16 bytes lie that the work item copies.</param>
/// <param name="PositionB">Where in B.</param>
public readonly record struct CopyPlace(
    int Number,
    int Step,
    int EndStep,
    int FirstRow,
    int FirstColumn,
    long PositionA,
    long PositionB)
{
    /// <summary>The first step of a unit.</summary>
    internal static CopyPlace Of<TTile, TTransposeA, TTransposeB>(int number, WarpFactorLayouts layouts, TileSchedule schedule)
        where TTile : struct, IWarpTile
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
    {
        if (number >= schedule.Units)
            return new CopyPlace(number, 0, 0, 0, 0, 0, 0);
        var unit = TileUnit.Of(schedule, number);
        var place = TilePlace.Of(schedule, unit.Tile);
        var (rows, columns) = (WarpKernel.WarpsBelow * TTile.WarpExtent, WarpKernel.WarpsAcross * TTile.WarpExtent);
        var (firstRow, firstColumn) = (place.Row * rows, place.Column * columns);
        var start = unit.FirstStep * TTile.Depth;
        var positionA = place.Batch * layouts.BatchStrideA + Position<TTile, TTransposeA>(rows, firstRow, start, layouts.RowStrideA);
        var positionB = place.Batch * layouts.BatchStrideB
            + (TTransposeB.Value
                ? Position<TTile, No>(columns, firstColumn, start, layouts.RowStrideB)
                : Position<TTile, Yes>(columns, firstColumn, start, layouts.RowStrideB));
        return new CopyPlace(number, unit.FirstStep, unit.EndStep, firstRow, firstColumn, positionA, positionB);
    }

    /// <summary>The step that the group's copies take after this one.</summary>
    internal CopyPlace Next<TTile, TTransposeA, TTransposeB>(WarpFactorLayouts layouts, TileSchedule schedule)
        where TTile : struct, IWarpTile
        where TTransposeA : struct, IFlag
        where TTransposeB : struct, IFlag
    {
        if (Step + 1 == EndStep)
            return Of<TTile, TTransposeA, TTransposeB>(Number + Grid.DimX, layouts, schedule);
        return this with
        {
            Step = Step + 1,
            PositionA = PositionA + TTile.Depth * (TTransposeA.Value ? (long)layouts.RowStrideA : 1),
            PositionB = PositionB + TTile.Depth * (TTransposeB.Value ? 1 : (long)layouts.RowStrideB),
        };
    }

    /// <summary>Nothing of the tiles lies outside the matrices.</summary>
    internal bool IsInside<TTile>(WarpFactorLayouts layouts, TileSchedule schedule)
        where TTile : struct, IWarpTile =>
        FirstRow + WarpKernel.WarpsBelow * TTile.WarpExtent <= schedule.M
        & FirstColumn + WarpKernel.WarpsAcross * TTile.WarpExtent <= schedule.N
        & (Step + 1) * TTile.Depth <= layouts.K;

    /// <summary>Pieces of 16 bytes of a line of a tile, as it lies.</summary>
    /// <param name="width">Rows of A' or columns of B' of the tile.</param>
    internal static int PiecesOfLine<TTile, TAcross>(int width)
        where TTile : struct, IWarpTile
        where TAcross : struct, IFlag => (TAcross.Value ? width : TTile.Depth) / WarpKernel.PieceElements;

    private static long Position<TTile, TAcross>(int width, int first, int start, int stride)
        where TTile : struct, IWarpTile
        where TAcross : struct, IFlag
    {
        var pieces = PiecesOfLine<TTile, TAcross>(width);
        var (row, column) = (Group.IdxX / pieces, WarpKernel.PieceElements * (Group.IdxX % pieces));
        return TAcross.Value ? (long)(start + row) * stride + first + column : (long)(first + row) * stride + start + column;
    }
}
