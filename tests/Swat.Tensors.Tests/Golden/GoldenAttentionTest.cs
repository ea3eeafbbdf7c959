using System.Text.Json;
using Swat.Tensors.Ops;
using Swat.Tensors.Tests.Support;

namespace Swat.Tensors.Tests.Golden;

/// <summary>Attention against answers that were computed in float64 by code that shares nothing with this project.</summary>
public sealed class GoldenAttentionTest(string deviceName) : DeviceTest(deviceName)
{
    /// <summary>Inputs, weights and their derivatives, and results are each rounded: by 2^-9 at most.</summary>
    private static readonly Tolerance Rounded = new("rounded to bfloat16", 1e-2);

    private static IEnumerable<string> Cases => Folder is { } folder
        ? Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!).Order()
        : ["none"];

    private static string? Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, "shared", "golden", "attention");
                if (Directory.Exists(candidate))
                    return candidate;
            }

            return null;
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Agrees(string name) => Compare(name, DType.Float32, Tolerance.Float32);

    [TestCaseSource(nameof(Cases))]
    public void Agrees_in_bfloat16_on_tensor_cores(string name)
    {
        if (Device.Tier == KernelTier.Portable)
            Assert.Ignore($"{Device.Name} runs the same kernels for every type");
        Compare(name, DType.BFloat16, Rounded);
    }

    private void Compare(string name, DType type, Tolerance tolerance)
    {
        if (Folder is not { } folder)
        {
            Assert.Ignore("there is no folder shared/golden/attention above the test assembly");
            return;
        }

        using var description = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name, "case.json")));
        var settings = description.RootElement;
        var file = new SafetensorsFile(Path.Combine(folder, name, "tensors.safetensors"));
        var inputs = Array.ConvertAll(["q", "k", "v"], part => Tensor.FromArray(Device, file[part].Values, file[part].Shape, type));
        foreach (var input in inputs)
            input.RequiresGrad = true;
        using (var tape = new Tape(Device))
        {
            float[] slopes = [.. settings.GetProperty("slopes").EnumerateArray().Select(slope => slope.GetSingle())];
            var output = inputs[0].SlidingWindowAttention(
                inputs[1],
                inputs[2],
                Tensor.FromArray(Device, slopes, [slopes.Length]),
                settings.GetProperty("window").GetInt32(),
                Enum.Parse<ScoreActivation>(settings.GetProperty("activation").GetString()!, ignoreCase: true));
            tape.Backward(output, Tensor.FromArray(Device, file["do"].Values, file["do"].Shape, type));
            tolerance.Check(output.ToArray(), file["o"].Values.ToDoubles(), "o");
        }

        tolerance.Check(inputs[0].Grad!.ToArray(), file["dq"].Values.ToDoubles(), "dq");
        tolerance.Check(inputs[1].Grad!.ToArray(), file["dk"].Values.ToDoubles(), "dk");
        tolerance.Check(inputs[2].Grad!.ToArray(), file["dv"].Values.ToDoubles(), "dv");
        foreach (var input in inputs)
            input.Dispose();
    }
}
