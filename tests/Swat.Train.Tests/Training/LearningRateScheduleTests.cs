using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class LearningRateScheduleTests
{
    private static readonly LearningRateSchedule Schedule = new(Peak: 2e-3, WarmupSteps: 10, TotalSteps: 111, FloorFraction: 0.1);

    [TestCase(0, 2e-4)]
    [TestCase(4, 1e-3)]
    [TestCase(9, 2e-3)]
    [TestCase(10, 2e-3)]
    [TestCase(60, 1.1e-3)]
    [TestCase(35, 2e-4 + 1.8e-3 * 0.85355339059327373)]
    [TestCase(110, 2e-4)]
    [TestCase(500, 2e-4)]
    public void The_rate_rises_straight_and_falls_along_a_cosine(int step, double rate) =>
        Assert.That(Schedule.At(step), Is.EqualTo(rate).Within(1e-15));

    [TestCase(4, 1e-3)]
    [TestCase(10, 2e-3)]
    [TestCase(35, 2e-4 + 1.8e-3 * 0.75)]
    [TestCase(110, 2e-4)]
    [TestCase(500, 2e-4)]
    public void A_linear_schedule_falls_along_a_line(int step, double rate) =>
        Assert.That((Schedule with { Shape = ScheduleShape.Linear }).At(step), Is.EqualTo(rate).Within(1e-15));

    [TestCase(4, 1e-3)]
    [TestCase(10, 2e-3)]
    [TestCase(110, 2e-3)]
    public void A_constant_schedule_stays_at_the_peak(int step, double rate) =>
        Assert.That((Schedule with { Shape = ScheduleShape.Constant }).At(step), Is.EqualTo(rate).Within(1e-15));

    [TestCase(4, 1e-3)]
    [TestCase(10, 2e-3)]
    [TestCase(90, 2e-3)]
    [TestCase(95, 2e-4 + 1.8e-3 * 0.75)]
    [TestCase(110, 2e-4)]
    public void Warm_up_stable_decay_stays_at_the_peak_until_the_decay(int step, double rate) =>
        Assert.That((Schedule with { Shape = ScheduleShape.Wsd, DecaySteps = 20 }).At(step), Is.EqualTo(rate).Within(1e-15));

    [Test]
    public void A_decay_longer_than_the_run_begins_after_the_warm_up() =>
        Assert.That((Schedule with { Shape = ScheduleShape.Wsd, DecaySteps = 1000 }).At(60), Is.EqualTo(1.1e-3).Within(1e-15));

    [Test]
    public void Without_warm_up_the_first_step_has_the_peak() =>
        Assert.That((Schedule with { WarmupSteps = 0 }).At(0), Is.EqualTo(2e-3));

    [Test]
    public void A_run_of_one_step_without_warm_up_has_a_rate_between_floor_and_peak() =>
        Assert.That(new LearningRateSchedule(1, 0, 1, 0.1).At(0), Is.InRange(0.1, 1));
}
