using FsCheck;
using FsCheck.Fluent;
using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language.Random;

/// <summary>Random programs of expressions, branches, loops, switches and structs: the device computes what the run time computes.</summary>
[TestFixtureSource(typeof(LanguageDevices), nameof(LanguageDevices.All))]
public sealed class RandomKernelTests(TestDevice device) : IDisposable
{
    private const int Programs = 20;

    private static readonly int[] Inputs = [.. Enumerable.Range(-20, 57), int.MaxValue, int.MinValue, 1 << 20, -(1 << 24) - 1];

    // Every operation rounds by itself there, so that results are the same bit by bit.
    private readonly Context context = Context.Create(b => b.AllAccelerators().Math(MathMode.Strict));
    private Accelerator? accelerator;

    public void Dispose()
    {
        accelerator?.Dispose();
        context.Dispose();
    }

    [Test]
    public void Random_programs_give_the_same_on_the_device_and_in_CSharp()
    {
        accelerator ??= device.Device.CreateAccelerator(context);
        var programs = Arb.From(
            ArbMap.Default.GeneratorFor<int>().Resize(1000000).Select(seed => new ProgramGenerator(seed).Program()),
            program => program.Simpler());
        var configuration = Config.QuickThrowOnFailure.WithMaxTest(Programs).WithReplay(20260101, 7);
        Check.One(configuration, Prop.ForAll(programs, IsTheSame));
    }

    private bool IsTheSame(Node program)
    {
        var compare = typeof(RandomKernelTests).GetMethod(nameof(Compare), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(ProgramCompiler.Compile(program));
        return (bool)compare.Invoke(null, [accelerator])!;
    }

    private static bool Compare<TProgram>(Accelerator accelerator)
        where TProgram : struct, IMapping<int, long>
    {
        var kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<long>>(Run<TProgram>);
        using var input = accelerator.Allocate1D(Inputs);
        using var output = accelerator.Allocate1D<long>(Inputs.Length);
        kernel(Inputs.Length, input.View, output.View);
        return output.GetAsArray1D().AsSpan().SequenceEqual(Inputs.Select(TProgram.Apply).ToArray());
    }

    private static void Run<TProgram>(Index1D i, ArrayView<int> input, ArrayView<long> output)
        where TProgram : struct, IMapping<int, long> => output[i] = TProgram.Apply(input[i]);
}
