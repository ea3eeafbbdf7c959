using Swat.Model.Tokenizers;
using Swat.Train.Data;

namespace Swat.Train.Tests.Data;

public class TextCorpusTests
{
    [Test]
    public void Documents_follow_one_another_each_with_an_end_of_text_token()
    {
        var corpus = TextCorpus.Tokenize([new("a", "Hi"), new("b", "é")], new ByteTokenizer());
        Assert.That(Tokens.ReadAll(corpus), Is.EqualTo(new[] { 'H', 'i', ByteTokenizer.Eos, 0xC3, 0xA9, ByteTokenizer.Eos }));
        Assert.That(corpus.DocumentStarts, Is.EqualTo(new long[] { 0, 3 }));
    }
}
