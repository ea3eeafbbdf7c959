using Swat.Gpu.IR;
using Swat.Gpu.Passes;

namespace Swat.Gpu.Tests.Passes;

/// <summary>Random kernels compute the same before and after each pass.</summary>
public class EquivalenceTests
{
    private const int Programs = 150;

    private static readonly (string Name, Func<KernelFunction, bool> Run)[] Passes =
    [
        (nameof(Simplify), Simplify.Run),
        (nameof(ControlFlow), ControlFlow.Run),
        (nameof(DeadCode), DeadCode.Run),
        (nameof(Unroll), f => Unroll.Run(f, PassOptions.Default)),
        (nameof(PromoteLocalArrays), PromoteLocalArrays.Run),
        (nameof(CommonSubexpressions), CommonSubexpressions.Run),
        (nameof(RedundantLoads), RedundantLoads.Run),
        (nameof(VectorLoads), VectorLoads.Run),
        (nameof(LoopInvariants), LoopInvariants.Run),
    ];

    private static IEnumerable<string> PassNames => Passes.Select(p => p.Name);

    [TestCaseSource(nameof(PassNames))]
    public void A_pass_on_its_own_keeps_the_meaning_of_random_kernels(string name)
    {
        var pass = Passes.Single(p => p.Name == name).Run;
        ForEachProgram(0, (_, function) =>
        {
            pass(function);
            IrVerifier.Check(function);
        });
    }

    [Test]
    public void A_pass_after_others_keeps_the_meaning_of_random_kernels() => ForEachProgram(1000, (seed, function) =>
    {
        var random = new Random(seed);
        for (var i = 0; i < 12; i++)
        {
            var (name, run) = Passes[random.Next(Passes.Length)];
            run(function);
            Assert.That(() => IrVerifier.Check(function), Throws.Nothing, name);
        }
    });

    [Test]
    public void The_whole_pipeline_keeps_the_meaning_of_random_kernels() => ForEachProgram(
        2000,
        (_, function) => PassPipeline.Run(function, new PassOptions { Contract = false, JoinLoads = true, Verify = true }));

    private static void ForEachProgram(int firstSeed, Action<int, KernelFunction> transform)
    {
        for (var seed = firstSeed; seed < firstSeed + Programs; seed++)
        {
            var program = new RandomProgram(seed);
            IrVerifier.Check(program.Function);
            var before = program.Function.Print();
            var expected = program.Run();
            transform(seed, program.Function);
            Assert.That(
                program.Run().AsSpan().SequenceEqual(expected),
                () => $"seed {seed} computes something else.\n{before}\nbecame\n{program.Function.Print()}");
        }
    }
}
