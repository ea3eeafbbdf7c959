using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

/// <summary>What waits for what while a disk is slow; here it takes until the test says so.</summary>
public class CheckpointQueueTests
{
    private readonly List<string> written = [];
    private readonly List<string> abandoned = [];
    private CheckpointQueue queue = null!;
    private ManualResetEventSlim disk = null!;

    [SetUp]
    public void SetUp()
    {
        written.Clear();
        abandoned.Clear();
        queue = new();
        disk = new();
    }

    [TearDown]
    public void TearDown()
    {
        disk.Set();
        queue.Dispose();
        disk.Dispose();
    }

    [Test]
    public void The_best_ones_never_wait_and_the_newest_of_them_takes_the_place_of_those_that_do()
    {
        AddStarted("first", 5);
        Add("second", 4);
        Add("third", 3);
        Add("fourth", 2);
        Finish();
        Assert.That(written, Is.EqualTo(new[] { "first", "fourth" }));
        Assert.That(abandoned, Is.EqualTo(new[] { "second", "third" }));
    }

    [Test]
    public void One_that_is_due_is_written_before_a_best_one_and_does_not_wait_for_it_to_be_added()
    {
        AddStarted("best", 5);
        Add("better", 4);
        Add("due", null, isDue: true);
        Finish();
        Assert.That(written, Is.EqualTo(new[] { "best", "due", "better" }));
        Assert.That(abandoned, Is.Empty);
    }

    [Test]
    public void One_that_is_due_and_the_best_stands_for_the_best_one_that_waits()
    {
        AddStarted("best", 5);
        Add("better", 4);
        Add("due and best", 3, isDue: true);
        Finish();
        Assert.That(written, Is.EqualTo(new[] { "best", "due and best" }));
    }

    [Test]
    public void Training_runs_ahead_of_the_disk_by_one_that_is_due_and_no_more()
    {
        AddStarted("due", null, isDue: true);
        Assert.That(() => Add("too early", null, isDue: true), Throws.InvalidOperationException);
        var waiting = Task.Run(queue.WaitForDue);
        Assert.That(waiting.IsCompleted, Is.False);
        disk.Set();
        waiting.Wait();
        Assert.That(written, Is.EqualTo(new[] { "due" }));
    }

    [Test]
    public void What_writing_throws_reaches_whoever_waits_next()
    {
        queue.Add(new(new(null, IsDue: true), () => throw new InvalidDataException("broken"), () => { }));
        Assert.That(queue.WaitForDue, Throws.TypeOf<InvalidDataException>());
        Assert.That(queue.Wait, Throws.TypeOf<InvalidDataException>());
        queue = new();
    }

    private void AddStarted(string name, double? loss, bool isDue = false)
    {
        using var started = new ManualResetEventSlim();
        Add(name, loss, isDue, started.Set);
        started.Wait();
    }

    private void Add(string name, double? loss, bool isDue = false, Action? start = null) => queue.Add(new(
        new(loss, isDue),
        () =>
        {
            start?.Invoke();
            disk.Wait();
            written.Add(name);
        },
        () => abandoned.Add(name)));

    private void Finish()
    {
        disk.Set();
        queue.Wait();
    }
}
