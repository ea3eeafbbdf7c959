using Swat.Tensors;
using Swat.Tensors.Numerics;

namespace Swat.Bench.Gemm;

/// <summary>Fills matrices on the device: gigabytes of random numbers would take the host seconds.</summary>
internal static class GemmFill
{
    private const int Items = 256;

    /// <summary>About normally distributed numbers of mean 0 and deviation 1, each the sum of four bytes of a hash of its index.</summary>
    public static void Noise(Tensor tensor, uint seed) => Run(tensor, seed, 1, 0);

    public static void Constant(Tensor tensor, float value) => Run(tensor, 0, 0, value);

    private static void Run(Tensor tensor, uint seed, float scale, float offset)
    {
        Action<Tensor, uint, float, float> run = tensor.DType switch
        {
            DType.BFloat16 => Run<BF16>,
            DType.Float16 => Run<F16>,
            _ => Run<F32>,
        };
        run(tensor, seed, scale, offset);
    }

    private static void Run<T>(Tensor tensor, uint seed, float scale, float offset)
        where T : unmanaged, IElement<T>
    {
        var groups = (int)Math.Min(4096, (tensor.Count + Items - 1) / Items);
        tensor.Device.Launch(Kernel<T>, new KernelConfig(groups, Items), tensor.View<T>(), (int)seed, scale, offset);
    }

    private static void Kernel<T>(ArrayView<T> target, int seed, float scale, float offset)
        where T : unmanaged, IElement<T>
    {
        for (long i = Grid.IdxX * Items + Group.IdxX; i < target.Length; i += Grid.DimX * Items)
        {
            var bits = ((uint)i ^ (uint)(i >> 32) ^ (uint)seed * 0x9E3779B9u) * 2891336453u;
            bits = (bits ^ bits >> 15) * 2246822519u;
            bits = (bits ^ bits >> 13) * 3266489917u;
            bits ^= bits >> 16;
            var sum = (int)((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24)) - 510;
            target[i] = T.FromFloat(offset + scale * sum * (1f / 147.8f));
        }
    }
}
