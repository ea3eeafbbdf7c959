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
        yield return Case("SWAT0005", static (Index1D i, ArrayView<float> x) => x[i] = HashOf(null!));
        yield return Case("SWAT0006", static (Index1D i, ArrayView<float> x) => x[i] = counter);
        yield return Case("SWAT0006", static (Index1D i, ArrayView<float> x) => x[i] = Table.Length);
        yield return Case("SWAT0008", static (Index1D i, ArrayView<float> x) => ChooseByReference(i, x));
        yield return Case("SWAT0009", static (Index1D i, ArrayView<float> x) => ThrowsAbove3(i, x));
        yield return Case("SWAT0009", static (Index1D i, ArrayView<float> x) => CleansUp(i, x));
        yield return Case("SWAT0010", static (Index1D i, ArrayView<float> x) => x[i] = checked(i.X + 1));
        yield return Case("SWAT0011", static (Index1D i, ArrayView<float> x) => x[i] = LocalMemory.Allocate<float>(i).IntLength);
        yield return Case("SWAT0012", static (Index1D i, ArrayView<float> x) => JumpsIntoLoop(i, x));
        yield return Case("SWAT0014", static (Index1D i, ArrayView<float> x) => CudaAsm.Emit("membar.gl;"));
        yield return Case("SWAT0016", static (Index1D i, ArrayView<float> x) => x[i] = Add256K(Add256K(Add256K(Add256K(Add256K(i))))));
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
    public void The_documentation_has_the_diagnostics_there_are_in_their_order()
    {
        var declared = typeof(Diagnostic).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetValue(null)).OfType<Diagnostic>().ToList();
        Assert.That(Diagnostic.All, Is.EqualTo(declared));
        var entries = File.ReadLines(RepositoryFiles.Find("docs/diagnostics.md")).Where(line => line.StartsWith("## ", StringComparison.Ordinal));
        Assert.That(entries.Select(line => line[3..11]), Is.EqualTo(Enumerable.Range(1, declared.Count).Select(n => $"SWAT{n:D4}")));
        Assert.That(declared.Select(d => d.Id), Is.EqualTo(entries.Select(line => line[3..11])));
    }

    [Test]
    public void A_parameter_that_is_an_object_is_named()
    {
        Action<Index1D, string> kernel = static (i, text) => { };
        var error = Assert.Throws<KernelCompilationException>(() => Compile(kernel.Method));
        Assert.That(error!.Id, Is.EqualTo("SWAT0007"));
        Assert.That(error.Message, Does.Contain("text of type String"));
    }

    private static void Compile(MethodInfo method) =>
        KernelCompiler.Compile(method, new CompileOptions { Target = CompileTarget.Cpu, IndexKind = IndexKind.Index1D });

    private static TestCaseData Case(string id, Action<Index1D, ArrayView<float>> kernel) =>
        new TestCaseData(id, kernel).SetArgDisplayNames(id, kernel.Method.Name);

    private static bool IsText(object? value) => value is string;

    private static object Box(int value) => value;

    private static int HashOf(object value) => value.GetHashCode();

    private static float Add256K(float x) => Add32K(Add32K(Add32K(Add32K(Add32K(Add32K(Add32K(Add32K(x))))))));

    private static float Add32K(float x) => Add4K(Add4K(Add4K(Add4K(Add4K(Add4K(Add4K(Add4K(x))))))));

    private static float Add4K(float x) => Add512(Add512(Add512(Add512(Add512(Add512(Add512(Add512(x))))))));

    private static float Add512(float x) => Add64(Add64(Add64(Add64(Add64(Add64(Add64(Add64(x))))))));

    private static float Add64(float x) => Add8(Add8(Add8(Add8(Add8(Add8(Add8(Add8(x))))))));

    private static float Add8(float x) => x + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8;

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
