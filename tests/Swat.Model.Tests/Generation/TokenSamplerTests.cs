using Swat.Model.Generation;

namespace Swat.Model.Tests.Generation;

public class TokenSamplerTests
{
    [Test]
    public void Temperature_zero_takes_the_likeliest_and_of_equals_the_first()
    {
        var sampler = new TokenSampler(new() { Temperature = 0 });
        Assert.That(sampler.Draw([1, 3, float.NaN, 3, float.PositiveInfinity]), Is.EqualTo(1));
    }

    [Test]
    public void Logits_without_a_finite_number_are_refused() =>
        Assert.That(() => new TokenSampler(new()).Draw([float.NaN, float.NegativeInfinity]), Throws.TypeOf<ModelFormatException>());

    [Test]
    public void A_seed_and_a_number_give_the_same_draws()
    {
        float[] logits = [.. Enumerable.Range(0, 100).Select(i => (float)Math.Sin(i))];
        int[] Draws(ulong seed, int sequence)
        {
            var sampler = new TokenSampler(new() { Seed = seed }, sequence);
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Draw(logits))];
        }

        Assert.That(Draws(1, 0), Is.EqualTo(Draws(1, 0)));
        Assert.That(Draws(2, 0), Is.Not.EqualTo(Draws(1, 0)));
        Assert.That(Draws(1, 1), Is.Not.EqualTo(Draws(1, 0)));
    }

    /// <summary>What is drawn, over many draws, has the probabilities of the filters' definitions, computed here by sorting everything.</summary>
    [FsCheck.NUnit.Property(MaxTest = 60)]
    public void Draws_follow_the_filters(int seed)
    {
        var random = new Random(seed);
        float[] logits = [.. Enumerable.Range(0, 20).Select(_ => random.Next(8) == 0 ? float.NegativeInfinity : (float)(6 * random.NextDouble()))];
        logits[0] = 3;
        var options = new GenerationOptions
        {
            Temperature = 0.3 + random.NextDouble(),
            TopK = random.Next(2) == 0 ? 0 : 1 + random.Next(25),
            TopP = random.Next(2) == 0 ? 1 : 0.05 + (0.95 * random.NextDouble()),
            MinP = random.Next(2) == 0 ? 0 : 0.3 * random.NextDouble(),
            Seed = (ulong)seed,
        };
        double[] expected = Reference(logits, options);
        var sampler = new TokenSampler(options);
        const int Draws = 4000;
        var counts = new int[logits.Length];
        for (int i = 0; i < Draws; i++)
            counts[sampler.Draw(logits)]++;
        for (int id = 0; id < counts.Length; id++)
        {
            double deviation = Math.Sqrt(expected[id] * (1 - expected[id]) / Draws);
            Assert.That(counts[id] / (double)Draws, Is.EqualTo(expected[id]).Within((6 * deviation) + 1e-9), $"token {id}, {options}");
        }
    }

    [TestCase(1e-40, 0)]
    [TestCase(1e-3, 0)]
    [TestCase(1, 1)]
    public void Extremes_leave_the_likeliest_token(double temperature, double minP) =>
        Assert.That(new TokenSampler(new() { Temperature = temperature, MinP = minP }).Draw([.. Enumerable.Range(0, 37).Select(id => id == 20 ? 9f : id / 37f)]), Is.EqualTo(20));

    [Test]
    public void The_penalty_touches_recent_tokens_alone()
    {
        var sampler = new TokenSampler(new() { Temperature = 0, RepetitionPenalty = 2, RepetitionWindow = 2 });
        float[] logits = [4, 3, -1];
        Assert.That(sampler.Draw(logits), Is.EqualTo(0));
        sampler.Observe(0);
        Assert.That(sampler.Draw(logits), Is.EqualTo(1));
        sampler.Observe(1);
        Assert.That(sampler.Draw(logits), Is.EqualTo(0));
        sampler.Observe(1);
        Assert.That(sampler.Draw(logits), Is.EqualTo(0), "the first token has left the window");
        Assert.That(sampler.Draw([-1.5f, -1, -1.9f]), Is.EqualTo(0), "a negative logit grows");
    }

    [Test]
    public void Options_without_sense_are_refused()
    {
        Assert.That(() => new GenerationOptions { TopP = 0 }.Validate(), Throws.ArgumentException.With.Message.Contains("TopP is 0"));
        Assert.That(() => new GenerationOptions { Temperature = -1 }.Validate(), Throws.ArgumentException);
        Assert.That(() => new GenerationOptions { RepetitionPenalty = 0 }.Validate(), Throws.ArgumentException);
        Assert.That(() => new GenerationOptions { StopStrings = [""] }.Validate(), Throws.ArgumentException);
        Assert.That(() => new GenerationOptions().Validate(), Throws.Nothing);
    }

    private static double[] Reference(float[] logits, GenerationOptions options)
    {
        double[] weights = [.. logits.Select(logit => Math.Exp(logit / options.Temperature))];
        int[] order = [.. Enumerable.Range(0, weights.Length).Where(id => weights[id] > 0).OrderByDescending(id => weights[id]).ThenBy(id => id)];
        if (options.TopK > 0)
            order = [.. order.Take(options.TopK)];
        double total = order.Sum(id => weights[id]);
        double sum = 0;
        if (options.TopP < 1)
            order = [.. order.TakeWhile(id => (sum += weights[id]) - weights[id] < options.TopP * total)];
        order = [.. order.Where(id => weights[id] >= options.MinP * weights[order[0]])];
        total = order.Sum(id => weights[id]);
        var probabilities = new double[weights.Length];
        foreach (int id in order)
            probabilities[id] = weights[id] / total;
        return probabilities;
    }
}
