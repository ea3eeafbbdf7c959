using Swat.Train.Verification;

namespace Swat.Train.Tests.Verification;

public class DeviationTests
{
    [Test]
    public void The_error_is_the_norm_of_the_difference_over_the_norm_of_the_reference()
    {
        var deviation = new Deviation();
        deviation.Add("x", [3, 4.5f], [3.0, 4.0]);
        Assert.That(deviation.Largest, Is.EqualTo(0.1).Within(1e-12));
        Assert.That(deviation.Worst, Is.EqualTo("x"));
    }

    [Test]
    public void The_worst_tensor_is_named()
    {
        var deviation = new Deviation();
        deviation.Add("good", [1f], [1.0]);
        deviation.Add("bad", [1.5f], [1.0]);
        deviation.Add("better", [1.25f], [1.0]);
        Assert.That(deviation.Worst, Is.EqualTo("bad"));
        Assert.That(deviation.Count, Is.EqualTo(3));
    }

    [Test]
    public void An_all_zero_reference_is_compared_absolutely()
    {
        var deviation = new Deviation();
        deviation.Add("zero", [3f, 4f], [0.0, 0.0]);
        Assert.That(deviation.Largest, Is.EqualTo(5).Within(1e-12));
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_number_that_is_not_finite_never_passes(float value)
    {
        var deviation = new Deviation();
        deviation.Add("x", [value], [1.0]);
        deviation.Add("y", [2f], [1.0]);
        Assert.That(deviation.Largest, Is.NaN);
        Assert.That(deviation.Worst, Is.EqualTo("x"));
        Assert.That(new CaseOutcome("x", deviation, Tolerance.Float32, null).Passed, Is.False);
    }

    [Test]
    public void Different_lengths_are_refused() =>
        Assert.That(() => new Deviation().Add("x", [1f], [1.0, 2.0]), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("x has 1"));

    [Test]
    public void A_case_in_which_nothing_was_compared_does_not_pass() =>
        Assert.That(new CaseOutcome("nothing", new Deviation(), Tolerance.Float32, null).Passed, Is.False);

    [Test]
    public void An_error_at_the_tolerance_passes_and_one_above_it_fails()
    {
        var at = new Deviation();
        at.Add("x", 1 + 1e-5, 1.0);
        Assert.That(new CaseOutcome("x", at, new Tolerance("test", at.Largest), null).Passed, Is.True);
        Assert.That(new CaseOutcome("x", at, new Tolerance("test", at.Largest * 0.999), null).Passed, Is.False);
    }

    [Test]
    public void The_line_names_what_was_compared_the_error_and_the_tolerance()
    {
        var deviation = new Deviation();
        deviation.Add("dq", 1 + Math.Pow(2, -20), 1.0);
        var outcome = new CaseOutcome("o, dq", deviation, Tolerance.Float32, null);
        Assert.That(outcome.ToString(), Is.EqualTo("o, dq: largest error 9.5e-07 (dq), tolerance f32 1e-05: pass"));
    }
}
