namespace Swat.Tensors.Ops.MatrixProducts.TensorCores;

/// <summary>One unit of work of a <see cref="TileSchedule"/>: a tile, and a range of steps along k.</summary>
/// <param name="Tile">The tile's number; see <see cref="TilePlace"/>.</param>
/// <param name="FirstStep">First step.</param>
/// <param name="EndStep">The step behind the last.</param>
/// <param name="Part">For a part of a tile its number among all parts; -1 for a whole tile.</param>
public readonly record struct TileUnit(int Tile, int FirstStep, int EndStep, int Part)
{
    public static TileUnit Of(TileSchedule schedule, int unit)
    {
        if (unit < schedule.WholeTiles)
            return new TileUnit(unit, 0, schedule.Steps, -1);
        var part = unit - schedule.WholeTiles;
        var split = part / schedule.Parts;
        var position = part - split * schedule.Parts;
        return new TileUnit(
            schedule.WholeTiles + split,
            position * schedule.Steps / schedule.Parts,
            (position + 1) * schedule.Steps / schedule.Parts,
            part);
    }
}
