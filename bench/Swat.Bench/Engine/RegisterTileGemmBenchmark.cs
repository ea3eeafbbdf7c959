namespace Swat.Bench.Engine;

/// <summary>
/// C = A B in float32, row by row in memory: groups of 256 work items compute 128x128 tiles, 8x8 a work item in registers, from tiles of
/// 8 columns of A and rows of B in shared memory; the next tiles are on their way while the present ones are multiplied.
/// </summary>
internal sealed class RegisterTileGemmBenchmark : GemmBenchmark
{
    private const int Side = 128;
    private const int Depth = 8;
    private const int Threads = 256;

    // Four floats more than a row of the tile: the transposed stores of A then meet few banks twice.
    private const int StrideA = Side + 4;

    public override string Name => "gemm-128";

    protected override int Tile => Side;

    protected override Index3D GroupShape => new(Threads, 1, 1);

    protected override Action<ArrayView<float>, ArrayView<float>, ArrayView<float>, int, int> Kernel => Multiply;

    protected override int[] Sizes(Accelerator accelerator) =>
        accelerator.AcceleratorType == AcceleratorType.Cuda ? [1024, 4096] : [512, 1024];

    /// <param name="a">Rows of depth numbers, a multiple of 128 rows.</param>
    /// <param name="b">depth rows of width numbers.</param>
    /// <param name="c">Rows of width numbers.</param>
    private static void Multiply(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int width, int depth)
    {
        var (firstRow, firstColumn) = (Grid.IdxY * Side, Grid.IdxX * Side);
        var thread = Group.IdxX;
        var (tileColumn, tileRow) = (thread % 16, thread / 16);
        var sharedA = SharedMemory.Allocate<float>(2 * Depth * StrideA);
        var sharedB = SharedMemory.Allocate<float>(2 * Depth * Side);
        var sum = LocalMemory.Allocate<float>(64);
        var x = LocalMemory.Allocate<float>(8);
        var y = LocalMemory.Allocate<float>(8);
        for (var i = 0; i < 64; i++)
            sum[i] = 0;

        // Of each tile, a work item moves four floats: of row thread / 2 of A and of row thread / 32 of B.
        var (rowOfA, columnOfA) = (thread / 2, thread % 2);
        var (rowOfB, columnOfB) = (thread / 32, thread % 32);
        var sourceA = a.Cast<Float4>().SubView(((firstRow + rowOfA) * (depth / 4)) + columnOfA);
        var sourceB = b.Cast<Float4>().SubView((rowOfB * (width / 4)) + (firstColumn / 4) + columnOfB);
        var targetA = sharedA.SubView((4 * columnOfA * StrideA) + rowOfA);
        var targetB = sharedB.Cast<Float4>().SubView((rowOfB * (Side / 4)) + columnOfB);
        var nextA = sourceA[0];
        var nextB = sourceB[0];
        Keep(targetA, targetB, nextA, nextB);
        Group.Barrier();
        var current = 0;
        for (var k = Depth; k < depth + Depth; k += Depth)
        {
            if (k < depth)
            {
                nextA = sourceA[k / 4];
                nextB = sourceB[k / 4 * width];
            }
            var rowsOfA = sharedA.Cast<Float4>().SubView((current * Depth * StrideA / 4) + tileRow);
            var rowsOfB = sharedB.Cast<Float4>().SubView((current * Depth * Side / 4) + tileColumn);
            for (var i = 0; i < Depth; i++)
            {
                for (var half = 0; half < 2; half++)
                {
                    Spread(y, 4 * half, rowsOfA[((i * StrideA) + (64 * half)) / 4]);
                    Spread(x, 4 * half, rowsOfB[((i * Side) + (64 * half)) / 4]);
                }
                for (var row = 0; row < 8; row++)
                {
                    for (var column = 0; column < 8; column++)
                        sum[(8 * row) + column] += y[row] * x[column];
                }
            }
            current = 1 - current;
            if (k < depth)
                Keep(targetA.SubView(current * Depth * StrideA), targetB.SubView(current * Depth * Side / 4), nextA, nextB);
            Group.Barrier();
        }

        var rows = c.Cast<Float4>().SubView(((firstRow + (4 * tileRow)) * (width / 4)) + (firstColumn / 4) + tileColumn);
        for (var row = 0; row < 8; row++)
        {
            for (var half = 0; half < 2; half++)
            {
                var first = (8 * row) + (4 * half);
                Float4 value;
                value.X = sum[first];
                value.Y = sum[first + 1];
                value.Z = sum[first + 2];
                value.W = sum[first + 3];
                rows[(((row % 4) + (64 * (row / 4))) * (width / 4)) + (16 * half)] = value;
            }
        }
    }

    private static void Spread(ArrayView<float> values, int first, Float4 from)
    {
        values[first] = from.X;
        values[first + 1] = from.Y;
        values[first + 2] = from.Z;
        values[first + 3] = from.W;
    }

    private static void Keep(ArrayView<float> targetA, ArrayView<Float4> targetB, Float4 a, Float4 b)
    {
        targetA[0] = a.X;
        targetA[StrideA] = a.Y;
        targetA[2 * StrideA] = a.Z;
        targetA[3 * StrideA] = a.W;
        targetB[0] = b;
    }
}
