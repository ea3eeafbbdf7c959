namespace Swat.Bench.Engine;

/// <summary>
/// The plain tiled product: groups of 16x16 work items compute 64x64 tiles, 4x4 a work item, from tiles of 16 columns of A and 16 rows of B
/// in shared memory. The four columns of a work item lie 16 apart, so that neighbours touch neighbouring columns.
/// </summary>
internal sealed class SharedTileGemmBenchmark : GemmBenchmark
{
    private const int Side = 64;
    private const int Depth = 16;
    private const int GroupSide = 16;
    private const int PerItem = Side / GroupSide;

    public override string Name => "gemm-64";

    protected override int Tile => Side;

    protected override Index3D GroupShape => new(GroupSide, GroupSide, 1);

    protected override Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, int, int> Kernel => Multiply;

    protected override int[] Sizes(Accelerator accelerator) => [512, 1024];

    private static void Multiply(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int width, int depth)
    {
        var tileA = SharedMemory.Allocate<float>(Depth * Side);
        var tileB = SharedMemory.Allocate<float>(Depth * Side);
        var sum = LocalMemory.Allocate<float>(PerItem * PerItem);
        var (x, y) = (Group.IdxX, Group.IdxY);
        var (firstRow, firstColumn) = (Grid.IdxY * Side, Grid.IdxX * Side);
        for (var i = 0; i < PerItem * PerItem; i++)
            sum[i] = 0;
        for (var k = 0; k < depth; k += Depth)
        {
            for (var i = y * GroupSide + x; i < Depth * Side; i += GroupSide * GroupSide)
            {
                // A is transposed on the way: tileA[k, row].
                tileA[i % Depth * Side + i / Depth] = a[(firstRow + i / Depth) * depth + k + i % Depth];
                tileB[i] = b[(k + i / Side) * width + firstColumn + i % Side];
            }

            Group.Barrier();
            for (var n = 0; n < Depth; n++)
            {
                for (var row = 0; row < PerItem; row++)
                {
                    for (var column = 0; column < PerItem; column++)
                        sum[row * PerItem + column] += tileA[n * Side + y * PerItem + row] * tileB[n * Side + x + GroupSide * column];
                }
            }

            Group.Barrier();
        }

        for (var row = 0; row < PerItem; row++)
        {
            for (var column = 0; column < PerItem; column++)
                c[(firstRow + y * PerItem + row) * width + firstColumn + x + GroupSide * column] = sum[row * PerItem + column];
        }
    }
}
