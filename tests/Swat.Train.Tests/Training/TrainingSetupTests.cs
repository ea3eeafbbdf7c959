using Swat.Model;
using Swat.Train.Training;

namespace Swat.Train.Tests.Training;

public class TrainingSetupTests
{
    [Test]
    public void What_is_not_given_comes_from_the_preset()
    {
        var setup = TrainingSetup.Create(new TrainOptions());
        var nano = SwatPresets.Get("nano");
        Assert.That(setup.Model, Is.EqualTo(nano));
        Assert.That(setup.Plan.Length, Is.EqualTo(nano.MaxPositionEmbeddings));
        Assert.That(setup.Plan.Steps, Is.EqualTo(TrainingDefaults.For("nano").Steps));
    }

    [Test]
    public void What_is_given_replaces_the_preset()
    {
        var setup = TrainingSetup.Create(new TrainOptions
        {
            Layers = 3,
            Hidden = 96,
            Heads = 6,
            KvHeads = 2,
            Window = 17,
            Length = 50,
            Steps = 100,
            Warmup = 7,
            Lr = 0.5,
            LrFloor = 0.2,
            Batch = 3,
            Attention = "softmax",
            Alibi = "4:2",
        });
        var expected = SwatPresets.Get("nano") with
        {
            NumLayers = 3,
            HiddenSize = 96,
            NumHeads = 6,
            NumKvHeads = 2,
            WindowSize = 17,
            MaxPositionEmbeddings = 50,
            AttentionActivation = AttentionActivation.Softmax,
            Alibi = AlibiPattern.Split(4, 2),
        };
        Assert.That(setup.Model, Is.EqualTo(expected));
        Assert.That(setup.Plan, Is.EqualTo(new TrainerPlan(100, 3, 50, 1, new LearningRateSchedule(0.5, 7, 100, 0.2), ValidateEvery: 25, CheckpointEvery: 1000, TimeSpan.FromMinutes(30), 20)));
    }

    [Test]
    public void Heads_that_do_not_divide_the_width_are_refused_with_both_numbers() => Assert.That(
        () => TrainingSetup.Create(new TrainOptions { Heads = 3 }),
        Throws.TypeOf<ModelFormatException>().With.Message.Contains("3").And.Message.Contains("128").And.Message.Contains("divide"));

    [Test]
    public void An_unknown_preset_is_answered_with_those_there_are() => Assert.That(
        () => TrainingSetup.Create(new TrainOptions { Preset = "nanoo" }),
        Throws.TypeOf<ModelFormatException>().With.Message.Contains("nanoo").And.Message.Contains("340M"));

    [Test]
    public void A_warm_up_longer_than_the_run_is_refused() => Assert.That(
        () => TrainingSetup.Create(new TrainOptions { Steps = 5, Warmup = 6 }),
        Throws.TypeOf<UserErrorException>().With.Message.Contains("--warmup 6"));

    [TestCase(null, 1)]
    [TestCase(1, 1)]
    [TestCase(2048, 2)]
    [TestCase(2049, 3)]
    public void A_step_takes_as_many_batches_as_its_tokens_need(int? tokens, int batches)
    {
        var plan = TrainingSetup.Create(new TrainOptions { TokensPerStep = tokens, Batch = 4, Length = 256 }).Plan;
        Assert.That(plan.BatchesPerStep, Is.EqualTo(batches));
        Assert.That(plan.TokensPerStep, Is.EqualTo(batches * 1024));
    }

    [Test]
    public void Only_warm_up_stable_decay_has_a_decay_and_it_fits_into_the_run()
    {
        var wsd = new TrainOptions { Steps = 100, Warmup = 10, Schedule = ScheduleShape.Wsd };
        Assert.That(TrainingSetup.Create(wsd).Plan.Schedule.DecaySteps, Is.EqualTo(20));
        Assert.That(TrainingSetup.Create(wsd with { Decay = 90 }).Plan.Schedule.DecaySteps, Is.EqualTo(90));
        Assert.That(() => TrainingSetup.Create(wsd with { Decay = 91 }), Throws.TypeOf<UserErrorException>().With.Message.Contains("--decay 91"));
        Assert.That(() => TrainingSetup.Create(wsd with { Decay = 5, Schedule = ScheduleShape.Cosine }), Throws.TypeOf<UserErrorException>().With.Message.Contains("--schedule wsd"));
    }

    [TestCase("relu", null, "--attention")]
    [TestCase(null, "upwards", "--alibi")]
    public void An_unknown_word_names_its_option(string? attention, string? alibi, string option) => Assert.That(
        () => TrainingSetup.Create(new TrainOptions { Attention = attention, Alibi = alibi }),
        Throws.TypeOf<UserErrorException>().With.Message.StartsWith(option));

    [Test]
    public void A_recorded_step_cannot_be_profiled() => Assert.That(
        () => TrainingSetup.Create(new TrainOptions { Profile = 2, CudaGraph = true }),
        Throws.TypeOf<UserErrorException>().With.Message.StartsWith("--profile and --cuda-graph"));
}
