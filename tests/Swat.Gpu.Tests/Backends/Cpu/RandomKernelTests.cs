using Swat.Gpu.Backends.Cpu;
using Swat.Gpu.Passes;
using Swat.Gpu.Tests.Passes;

namespace Swat.Gpu.Tests.Backends.Cpu;

/// <summary>Random kernels compute the same on the CPU, with every kind of vector, as in the interpreter.</summary>
internal sealed class RandomKernelTests
{
    private static readonly int[] GroupSizes = [4, 16, 20, 33, 1];

    [TestCaseSource(typeof(CpuRun), nameof(CpuRun.Settings))]
    public void Random_kernels_agree_with_the_interpreter(CpuVectorSettings settings) => Compare(settings, 0, 120, optimize: false);

    [TestCaseSource(typeof(CpuRun), nameof(CpuRun.Settings))]
    public void Optimized_random_kernels_agree_with_the_interpreter(CpuVectorSettings settings) => Compare(settings, 5000, 40, optimize: true);

    private static void Compare(CpuVectorSettings settings, int firstSeed, int count, bool optimize)
    {
        for (var seed = firstSeed; seed < firstSeed + count; seed++)
        {
            var size = GroupSizes[seed % GroupSizes.Length];
            var program = new RandomProgram(seed, groupSize: size);
            if (optimize)
                PassPipeline.Run(program.Function, new PassOptions { Contract = false });
            var expected = program.Run();
            var actual = program.Run(a => CpuRun.Run(program.Function, (RandomProgram.Groups, 1, 1), (size, 1, 1), a, settings));
            if (actual.AsSpan().SequenceEqual(expected))
                continue;
            var at = actual.AsSpan().CommonPrefixLength(expected);
            Assert.Fail($"seed {seed}, group {size}, {settings}: byte {at} of {expected.Length} differs.\n{program.Function.Print()}");
        }
    }
}
