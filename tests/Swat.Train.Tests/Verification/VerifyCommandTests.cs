using Swat.Model.Safetensors;
using Swat.Model.Tokenizers;

namespace Swat.Train.Tests.Verification;

public class VerifyCommandTests
{
    [Test]
    public void A_right_answer_passes_and_the_line_names_case_tensors_error_and_tolerance()
    {
        using var folder = new TemporaryFolder();
        GoldenFolder.WriteAttention(folder["attention/small"]);
        var run = SwatRunner.Run("verify", folder.Path);
        Assert.That(run.Output, Does.Match(@"attention/small  o, dq, dk, dv: largest error \d\.\de-\d\d \((o|dq|dk|dv)\), tolerance f32 1e-05: pass"));
        Assert.That(run.Output, Does.EndWith("1 passed, 0 failed" + Environment.NewLine));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Success));
    }

    [Test]
    public void A_wrong_answer_fails_and_the_wrong_tensor_is_named()
    {
        using var folder = new TemporaryFolder();
        GoldenFolder.WriteAttention(folder["right"]);
        GoldenFolder.WriteAttention(folder["wrong"], keyGradient => keyGradient[7] += 1e-3f);
        var run = SwatRunner.Run("verify", folder.Path);
        Assert.That(run.Output, Does.Match(@"wrong .*\(dk\).*FAIL").And.Match("right .*pass"));
        Assert.That(run.Output, Does.EndWith("1 passed, 1 failed" + Environment.NewLine));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failure));
    }

    [Test]
    public void Damaged_cases_fail_and_the_others_are_still_computed()
    {
        using var folder = new TemporaryFolder();
        GoldenFolder.WriteAttention(folder["a"]);
        GoldenFolder.WriteAttention(folder["b"]);
        var file = folder["a/tensors.safetensors"];
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..100]);
        folder.Write("c/case.json", """{"batch": 1}""");
        folder.Write("c/tensors.safetensors", "");
        folder.Write("d/config.json", "{");
        folder.Write("d/expected.safetensors", "");
        var run = SwatRunner.Run("verify", folder.Path);
        Assert.That(run.Output, Does.Match("a +FAIL: ").And.Match("b .*pass").And.Match("c +FAIL: ").And.Match("d +FAIL: "));
        Assert.That(run.Output, Does.EndWith("1 passed, 3 failed" + Environment.NewLine));
    }

    [Test]
    public void Tokenizer_cases_compare_ids_and_decoded_text()
    {
        using var folder = new TemporaryFolder();
        new ByteTokenizer().Save(folder.Path);
        File.Move(folder[TokenizerLoader.JsonName], folder["bytes.tokenizer.json"]);
        folder.Write("right/cases.json", """[{"text": "Hi", "bytes": [72, 105], "bytes_decoded": "Hi"}]""");
        folder.Write("wrong/cases.json", """[{"text": "Hi", "bytes": [72, 106], "bytes_decoded": "Hj"}, {"text": "", "bytes": [], "bytes_decoded": ""}]""");
        folder.Write("other/cases.json", """[{"text": "Hi", "unknown": [72], "unknown_decoded": "H"}]""");
        foreach (var name in new[] { "right", "wrong" })
            File.Copy(folder["bytes.tokenizer.json"], folder[$"{name}/bytes.tokenizer.json"]);
        var run = SwatRunner.Run("verify", folder.Path);
        Assert.That(run.Output, Does.Match("right/.*pass").And.Match(@"wrong/.*\(bytes, text 1: ids\).*FAIL").And.Match("other/.*FAIL: .*unknown.model"));
        Assert.That(run.Output, Does.EndWith("1 passed, 2 failed" + Environment.NewLine));
    }

    [TestCase("attention")]
    [TestCase("model")]
    [TestCase("train")]
    [TestCase("tokenizer")]
    public void The_golden_cases_beside_the_project_pass(string kind)
    {
        var golden = SharedGolden();
        var run = SwatRunner.Run("verify", Path.Combine(golden, kind));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Success), run.Output);
    }

    [TestCase("model/gqa-tied", "grad.model.layers.1.mlp.up_proj.weight")]
    [TestCase("train/gqa-softmax-20", "loss")]
    public void A_tampered_golden_case_fails_by_the_tensor_that_was_changed(string name, string tensor)
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Path.Combine(SharedGolden(), name)))
            folder.Write(Path.GetFileName(file), File.ReadAllBytes(file));
        Tamper(folder["expected.safetensors"], tensor);
        var run = SwatRunner.Run("verify", folder.Path);
        Assert.That(run.Output, Does.Match($@"\({tensor}[^)]*\).*FAIL"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failure));
    }

    private static string SharedGolden()
    {
        if (GoldenFolder.Shared() is { } golden)
            return golden;
        Assert.Ignore("there is no folder shared/golden above the tests");
        return "";
    }

    // Changes the tensor's last element by far more than the tolerance.
    private static void Tamper(string path, string tensor)
    {
        long end;
        bool isDouble;
        using (var file = SafetensorsFile.Open(path))
        {
            Assert.That(file.TryGet(tensor, out var found), tensor);
            end = found!.Offset + found.ByteLength;
            isDouble = found.Dtype == SafetensorsDtype.F64;
        }

        var bytes = File.ReadAllBytes(path);
        var last = bytes.AsSpan(0, (int)end);
        if (isDouble)
            BitConverter.TryWriteBytes(last[^sizeof(double)..], BitConverter.ToDouble(last[^sizeof(double)..]) * 1.01);
        else
            BitConverter.TryWriteBytes(last[^sizeof(float)..], BitConverter.ToSingle(last[^sizeof(float)..]) * 2 + 1e-3f);
        File.WriteAllBytes(path, bytes);
    }
}
