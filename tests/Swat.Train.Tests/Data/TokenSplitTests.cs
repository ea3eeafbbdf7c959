using Swat.Train.Data;

namespace Swat.Train.Tests.Data;

public class TokenSplitTests
{
    [Test]
    public void One_document_is_cut_at_the_fraction()
    {
        var split = TokenSplit.Create(Tokens.Counting(1000), 0.1, 0, 16);
        Assert.That(split.Training.Length, Is.EqualTo(900));
        Assert.That(split.Validation!.Length, Is.EqualTo(100));
        Assert.That(Tokens.ReadAll(split.Validation)[0], Is.EqualTo(900));
    }

    [Test]
    public void The_cut_falls_on_the_nearest_end_of_a_document()
    {
        var split = TokenSplit.Create(Tokens.Counting(1000, 0, 300, 880, 940), 0.1, 0, 16);
        Assert.That(split.Training.Length, Is.EqualTo(880));
        Assert.That(split.Validation!.DocumentStarts, Is.EqualTo(new long[] { 0, 60 }));
        Assert.That(split.Training.DocumentStarts, Is.EqualTo(new long[] { 0, 300 }));
    }

    [Test]
    public void A_document_that_ends_far_from_the_fraction_is_cut_inside()
    {
        var split = TokenSplit.Create(Tokens.Counting(1000, 0, 500), 0.1, 0, 16);
        Assert.That(split.Training.Length, Is.EqualTo(900));
    }

    [Test]
    public void Both_parts_hold_a_sequence_even_when_the_fraction_is_smaller()
    {
        var split = TokenSplit.Create(Tokens.Counting(200), 0.01, 0, 64);
        Assert.That(split.Validation!.Length, Is.EqualTo(65));
        Assert.That(split.Training.Length, Is.EqualTo(135));
    }

    [Test]
    public void A_fraction_of_zero_keeps_everything_for_training()
    {
        var split = TokenSplit.Create(Tokens.Counting(200), 0, 0, 64);
        Assert.That(split.Validation, Is.Null);
        Assert.That(split.Training.Length, Is.EqualTo(200));
    }

    [Test]
    public void Eight_parts_train_one_validates_and_one_tests()
    {
        var split = TokenSplit.Create(Tokens.Counting(1000), 0.1, 0.1, 16);
        Assert.That(Tokens.ReadAll(split.Training), Is.EqualTo(Enumerable.Range(0, 800)));
        Assert.That(Tokens.ReadAll(split.Validation!), Is.EqualTo(Enumerable.Range(800, 100)));
        Assert.That(Tokens.ReadAll(split.Test!), Is.EqualTo(Enumerable.Range(900, 100)));
    }

    [Test]
    public void Three_parts_share_a_text_that_just_holds_them()
    {
        var split = TokenSplit.Create(Tokens.Counting(51), 0.1, 0.1, 16);
        Assert.That((split.Training.Length, split.Validation!.Length, split.Test!.Length), Is.EqualTo((17L, 17L, 17L)));
        Assert.That(() => TokenSplit.Create(Tokens.Counting(50), 0.1, 0.1, 16), Throws.TypeOf<UserErrorException>());
    }

    [TestCase(129, 0.1)]
    [TestCase(64, 0)]
    public void A_text_shorter_than_its_sequences_is_refused(int tokens, double fraction)
    {
        var error = Assert.Throws<UserErrorException>(() => TokenSplit.Create(Tokens.Counting(tokens), fraction, 0, 64));
        Assert.That(error!.Message, Does.Contain("too short").And.Contain($"{tokens}").And.Contain("--length"));
    }
}
