using Swat.Train.Verification;

namespace Swat.Train.Tests.Verification;

public class GoldenCaseTests
{
    [Test]
    public void Cases_are_told_by_their_files()
    {
        using var folder = new TemporaryFolder();
        folder.Write("attention/a/case.json", "{}");
        folder.Write("attention/a/tensors.safetensors", "");
        folder.Write("model/m/config.json", "{}");
        folder.Write("model/m/expected.safetensors", "");
        folder.Write("train/t/config.json", """{"training": {}}""");
        folder.Write("train/t/expected.safetensors", "");
        folder.Write("tokenizer/cases.json", "[]");
        folder.Write("other/config.json", "{}");
        Assert.That(
            GoldenCase.Find(folder.Path).Select(found => (found.Name, found.Kind)),
            Is.EqualTo(new[]
            {
                ("attention/a", GoldenKind.Attention),
                ("model/m", GoldenKind.Model),
                ("tokenizer/cases.json", GoldenKind.Tokenizer),
                ("train/t", GoldenKind.Train),
            }));
    }

    [Test]
    public void The_folder_itself_may_be_the_case()
    {
        using var folder = new TemporaryFolder();
        folder.Write("one/config.json", "{}");
        folder.Write("one/expected.safetensors", "");
        Assert.That(GoldenCase.Find(folder["one"]).Single().Name, Is.EqualTo("one"));
    }

    [Test]
    public void A_folder_without_cases_and_a_missing_folder_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => GoldenCase.Find(folder.Path), Throws.TypeOf<UserErrorException>().With.Message.Contains("no golden case"));
        Assert.That(() => GoldenCase.Find(folder["none"]), Throws.TypeOf<UserErrorException>().With.Message.Contains("no such folder"));
    }
}
