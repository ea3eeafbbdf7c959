namespace Swat.Model.Tests;

public class AlibiPatternTests
{
    [TestCase("balanced", 4, AlibiScale.Paper, new[] { -0.5f, -0.25f, 0.5f, 0.25f })]
    [TestCase("balanced", 5, AlibiScale.Paper, new[] { -0.5f, -0.25f, 0.5f, 0.25f, 0.125f })]
    [TestCase("negative", 3, AlibiScale.Paper, new[] { -0.5f, -0.25f, -0.125f })]
    [TestCase("positive", 3, AlibiScale.Paper, new[] { 0.5f, 0.25f, 0.125f })]
    [TestCase("3:1", 4, AlibiScale.Paper, new[] { -0.5f, -0.25f, -0.125f, 0.5f })]
    [TestCase("0:2", 2, AlibiScale.Paper, new[] { 0.5f, 0.25f })]
    [TestCase("none", 2, AlibiScale.Paper, new[] { 0f, 0f })]
    [TestCase("negative", 8, AlibiScale.Press, new[] { -0.5f, -0.25f, -0.125f, -0.0625f, -0.03125f, -0.015625f, -0.0078125f, -0.00390625f })]
    [TestCase("balanced", 4, AlibiScale.Press, new[] { -0.0625f, -0.00390625f, 0.0625f, 0.00390625f })]
    public void Slopes_follow_equation_4(string pattern, int heads, AlibiScale scale, float[] expected)
    {
        Assert.That(AlibiPattern.TryParse(pattern, out var parsed), Is.True);
        Assert.That(parsed.Slopes(heads, scale), Is.EqualTo(expected));
        Assert.That(parsed.ToString(), Is.EqualTo(pattern));
    }

    [TestCase("-1:3")]
    [TestCase("1:2:3")]
    [TestCase("Balanced")]
    [TestCase("")]
    [TestCase(null)]
    [TestCase("1: 2")]
    public void Other_words_are_refused(string? text) => Assert.That(AlibiPattern.TryParse(text, out _), Is.False);

    [Test]
    public void A_split_that_does_not_add_up_is_refused() =>
        Assert.That(() => AlibiPattern.Split(8, 4).Slopes(16, AlibiScale.Paper), Throws.ArgumentException.With.Message.Contains("12 heads"));
}
