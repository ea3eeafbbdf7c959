using Swat.Tensors;
using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class StepClockTests
{
    [Test]
    public void A_step_is_timed_and_what_passes_between_two_is_not_part_of_either()
    {
        using var device = TensorDevice.Open("cpu");
        using var clock = new StepClock(device);
        var (first, firstTime) = clock.Measure(Step);
        Thread.Sleep(5);
        var (second, secondTime) = clock.Measure(Step);
        Assert.That((first, second), Is.EqualTo((7, 7)));

        var (one, two) = (firstTime(), secondTime());
        Assert.That(one.Idle, Is.Null);
        Assert.That(one.BusyShare, Is.Null);
        Assert.That(two.Busy, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(two.Idle, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(two.BusyShare, Is.EqualTo(two.Busy / (two.Busy + two.Idle!.Value)));

        static int Step()
        {
            Thread.Sleep(2);
            return 7;
        }
    }
}
