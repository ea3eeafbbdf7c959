using Swat.Train.Generation;

namespace Swat.Train.Tests.Generation;

public class TokenSamplerTests
{
    private static readonly float[] Logits = [0, 1, -1, 3, 2, float.NegativeInfinity];

    [Test]
    public void A_temperature_of_zero_takes_the_likeliest()
    {
        var sampler = new TokenSampler(0, 0, seed: 1);
        Assert.That(Enumerable.Range(0, 20).Select(_ => sampler.Draw(Logits)), Is.All.EqualTo(3));
    }

    [TestCase(1.0, 0)]
    [TestCase(0.5, 0)]
    [TestCase(2.0, 3)]
    public void Frequencies_follow_the_softmax_over_the_candidates(double temperature, int topK)
    {
        const int Draws = 20_000;
        var sampler = new TokenSampler(temperature, topK, seed: 7);
        var counts = new double[Logits.Length];
        for (var i = 0; i < Draws; i++)
            counts[sampler.Draw(Logits)]++;

        var ranked = Logits.Select((logit, index) => (logit, index)).OrderByDescending(pair => pair.logit).Select(pair => pair.index);
        var candidates = topK == 0 ? ranked.ToArray() : ranked.Take(topK).ToArray();
        var total = candidates.Sum(index => Math.Exp(Logits[index] / temperature));
        for (var i = 0; i < Logits.Length; i++)
        {
            var expected = candidates.Contains(i) ? Math.Exp(Logits[i] / temperature) / total : 0;
            Assert.That(counts[i] / Draws, Is.EqualTo(expected).Within(5 * Math.Sqrt(expected / Draws) + 1e-9), $"token {i}");
        }
    }

    [Test]
    public void The_same_seed_draws_the_same_and_another_seed_does_not()
    {
        int[] Draw(long seed)
        {
            var sampler = new TokenSampler(1, 0, seed);
            return Enumerable.Range(0, 50).Select(_ => sampler.Draw(Logits)).ToArray();
        }

        Assert.That(Draw(1), Is.EqualTo(Draw(1)));
        Assert.That(Draw(2), Is.Not.EqualTo(Draw(1)));
    }

    [Test]
    public void Logits_that_are_not_finite_are_refused() => Assert.That(
        () => new TokenSampler(1, 0, 1).Draw([float.NaN, float.NaN]), Throws.InstanceOf<InvalidDataException>());
}
