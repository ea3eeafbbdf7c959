using System.Globalization;
using Swat.Model.Safetensors;

namespace Swat.Train.Tests.Verification;

/// <summary>Writes golden cases for tests, and finds those that lie beside the project.</summary>
internal static class GoldenFolder
{
    private const int Length = 21;
    private const int Dim = 16;
    private const int Window = 5;
    private const double Slope = 0.25;

    /// <summary>The folder shared/golden beside the project; null where there is none.</summary>
    public static string? Shared()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var golden = Path.Combine(folder.FullName, "shared", "golden");
            if (Directory.Exists(golden))
                return golden;
        }

        return null;
    }

    /// <summary>Writes an attention case whose answers come from <see cref="NaiveAttention"/>.</summary>
    /// <param name="folder">The case's folder.</param>
    /// <param name="tamper">Changes the answer dk before it is written.</param>
    public static void WriteAttention(string folder, Action<float[]>? tamper = null)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(3);
        float[] Random() => Enumerable.Range(0, Length * Dim).Select(_ => (float)(random.NextDouble() * 2 - 1)).ToArray();
        var (q, k, v, gradient) = (Random(), Random(), Random(), Random());
        var answer = new NaiveAttention(q, k, v, gradient, Length, Dim, Window, Slope);
        var keyGradient = Single(answer.KeyGradient);
        tamper?.Invoke(keyGradient);
        File.WriteAllText(
            Path.Combine(folder, "case.json"),
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"batch": 1, "length": {{Length}}, "heads": 1, "kv_heads": 1, "head_dim": {{Dim}}, "window": {{Window}}, "slopes": [{{Slope}}], "activation": "sigmoid"}"""));
        SafetensorsWriter.Write(
            Path.Combine(folder, "tensors.safetensors"),
            [
                Content("q", q), Content("k", k), Content("v", v), Content("do", gradient),
                Content("o", Single(answer.Output)), Content("dq", Single(answer.QueryGradient)),
                Content("dk", keyGradient), Content("dv", Single(answer.ValueGradient)),
            ]);
    }

    private static float[] Single(double[] values) => Array.ConvertAll(values, value => (float)value);

    private static SafetensorsContent Content(string name, float[] values) =>
        SafetensorsContent.From<float>(name, [1, Length, 1, Dim], values);
}
