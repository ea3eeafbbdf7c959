using Swat.Model.Safetensors;
using Swat.Train.Tests.Survival;

namespace Swat.Train.Tests.Commands;

public class ExportCommandTests
{
    [TestCase("float32", SafetensorsDtype.F32)]
    [TestCase("bfloat16", SafetensorsDtype.BF16)]
    [TestCase("float16", SafetensorsDtype.F16)]
    public void A_model_is_written_alone_in_the_format_asked_for_and_generates(string dtype, SafetensorsDtype expected)
    {
        using var run = new TinyRun();
        SwatRunner.Run(run.Train("run", "--steps", "2"));
        var exported = SwatRunner.Run("export", "--checkpoint", run.Folder["run"], "--out", run.Folder["model"], "--dtype", dtype);
        Assert.That(exported.ExitCode, Is.EqualTo(ExitCode.Success), exported.Error);
        Assert.That(Directory.GetFiles(run.Folder["model"]).Select(Path.GetFileName), Is.EquivalentTo(new[] { "config.json", "model.safetensors", "tokenizer.json" }));
        using (var weights = SafetensorsFile.Open(run.Folder["model/model.safetensors"]))
            Assert.That(weights.Tensors.Select(tensor => tensor.Dtype).Distinct(), Is.EqualTo(new[] { expected }));
        Assert.That(SwatRunner.Run("generate", "--checkpoint", run.Folder["model"], "--prompt", "the", "--tokens", "3").ExitCode, Is.EqualTo(ExitCode.Success));
    }

    [Test]
    public void A_folder_that_exists_is_left_alone()
    {
        using var run = new TinyRun();
        var kept = run.Folder.Write("model/mine.txt", "mine");
        var refused = SwatRunner.Run("export", "--checkpoint", run.Folder["run"], "--out", run.Folder["model"]);
        Assert.That(refused.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(Directory.GetFileSystemEntries(run.Folder["model"]), Is.EqualTo(new[] { kept }));
        Assert.That(SwatRunner.Run("export", "--out", run.Folder["other"]).Error, Does.Contain("--checkpoint"));
    }
}
