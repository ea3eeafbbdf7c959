using System.Reflection;
using Swat.Gpu.Frontend;

namespace Swat.Gpu.Tests.Frontend;

/// <summary>Each construct that kernels cannot use is named by its number, with the chain of methods that leads to it.</summary>
public class DiagnosticTests
{
    private static readonly int[] Table = [1, 2, 3];
    private static int counter;

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case("SWAT0001", static (Index1D i, ArrayView<float> x) => x[i] = IsText(null) ? 1 : 0);
        yield return Case("SWAT0004", static (Index1D i, ArrayView<float> x) => x[i] = (float)Box(3));
        yield return Case("SWAT0002", static (Index1D i, ArrayView<float> x) => x[i] = Environment.TickCount);
        yield return Case("SWAT0003", static (Index1D i, ArrayView<float> x) => x[i] = Factorial(i));
        yield return Case("SWAT0004", static (Index1D i, ArrayView<float> x) => x[i] = new List<int>().Count);
        yield return Case("SWAT0004", static (Index1D i, ArrayView<float> x) => x[i] = new float[i].Length);
        yield return Case("SWAT0006", static (Index1D i, ArrayView<float> x) => x[i] = counter);
        yield return Case("SWAT0006", static (Index1D i, ArrayView<float> x) => x[i] = Table.Length);
        yield return Case("SWAT0008", static (Index1D i, ArrayView<float> x) => ChooseByReference(i, x));
        yield return Case("SWAT0009", static (Index1D i, ArrayView<float> x) => ThrowsAbove3(i, x));
        yield return Case("SWAT0009", static (Index1D i, ArrayView<float> x) => CleansUp(i, x));
        yield return Case("SWAT0010", static (Index1D i, ArrayView<float> x) => x[i] = checked(i.X + 1));
        yield return Case("SWAT0011", static (Index1D i, ArrayView<float> x) => x[i] = LocalMemory.Allocate<float>(i).IntLength);
        yield return Case("SWAT0012", static (Index1D i, ArrayView<float> x) => JumpsIntoLoop(i, x));
        yield return Case("SWAT0014", static (Index1D i, ArrayView<float> x) => CudaAsm.Emit("membar.gl;"));
    }

    [TestCaseSource(nameof(Refused))]
    public void A_construct_that_kernels_cannot_use_is_named(string id, Action<Index1D, ArrayView<float>> kernel)
    {
        var error = Assert.Throws<KernelCompilationException>(() => Compile(kernel.Method));
        Assert.That(error!.Id, Is.EqualTo(id), error.Message);
        Assert.That(error.Message, Does.StartWith(id).And.Contain("docs/diagnostics.md#"));
        Assert.That(error.MethodChain, Is.Not.Empty);
    }

    [Test]
    public void The_chain_leads_from_the_kernel_to_the_construct()
    {
        Action<Index1D, ArrayView<float>> kernel = static (i, x) => x[i] = Outer(i);
        var error = Assert.Throws<KernelCompilationException>(() => Compile(kernel.Method));
        Assert.That(error!.MethodChain.Skip(1), Is.EqualTo(new[] { "DiagnosticTests.Outer", "DiagnosticTests.Factorial", "DiagnosticTests.Factorial" }));
    }

    [Test]
    public void A_method_that_returns_something_is_no_kernel()
    {
        var method = typeof(DiagnosticTests).GetMethod(nameof(Factorial), BindingFlags.NonPublic | BindingFlags.Static)!;
        Assert.That(() => KernelCompiler.Compile(method, new CompileOptions { Target = CompileTarget.Cpu }),
            Throws.TypeOf<KernelCompilationException>().With.Property("Id").EqualTo("SWAT0015"));
    }

    [Test]
    public void Code_behind_a_constant_condition_of_another_target_is_not_looked_at()
    {
        Action<Index1D, ArrayView<float>> kernel = static (i, x) =>
        {
            if (CudaAsm.IsSupported)
                CudaAsm.Emit("membar.gl;");
            x[i] = 1;
        };
        Assert.That(() => Compile(kernel.Method), Throws.Nothing);
    }

    [Test]
    public void Every_diagnostic_has_its_own_number_and_an_entry_in_the_documentation()
    {
        Assert.That(Diagnostic.All.Select(d => d.Id), Is.Unique);
        var text = File.ReadAllText(RepositoryFiles.Find("docs/diagnostics.md"));
        Assert.That(Diagnostic.All.Where(d => !text.Contains($"## {d.Id}", StringComparison.Ordinal)).Select(d => d.Id), Is.Empty);
    }

    private static void Compile(MethodInfo method) =>
        KernelCompiler.Compile(method, new CompileOptions { Target = CompileTarget.Cpu, IndexKind = IndexKind.Index1D });

    private static TestCaseData Case(string id, Action<Index1D, ArrayView<float>> kernel) =>
        new TestCaseData(id, kernel).SetArgDisplayNames(id, kernel.Method.Name);

    private static bool IsText(object? value) => value is string;

    private static object Box(int value) => value;

    private static float Outer(int n) => Factorial(n);

    private static float Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);

    private static void ChooseByReference(int i, ArrayView<float> x)
    {
        float a = 1, b = 2;
        ref var chosen = ref i > 3 ? ref a : ref b;
        chosen = 3;
        x[i] = a + b;
    }

    private static void ThrowsAbove3(int i, ArrayView<float> x)
    {
        if (i > 3)
            throw new InvalidOperationException();
        x[i] = 0;
    }

    private static void JumpsIntoLoop(int i, ArrayView<float> x)
    {
        var n = 0;
        if (i > 3)
            goto middle;
    start:
        n += i;
    middle:
        n++;
        if (n < 10)
            goto start;
        x[i] = n;
        if (i == 5)
            goto start;
    }

    private static void CleansUp(int i, ArrayView<float> x)
    {
        try
        {
            x[i] = counter++;
        }
        finally
        {
            x[i] = 0;
        }
    }
}
