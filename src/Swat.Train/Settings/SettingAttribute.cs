namespace Swat.Train.Settings;

/// <summary>
/// Marks a property of an options record as a setting. Its name on the command line and in a run's file is the property's name
/// in kebab case (<c>ValidationFraction</c>: <c>--validation-fraction</c>), its default the value in a new record.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string description) : Attribute
{
    /// <summary>One sentence for the help and the sample file.</summary>
    public string Description { get; } = description;

    /// <summary>Heading under which the sample file lists the setting.</summary>
    public string Group { get; init; } = "";

    /// <summary>What stands for the value in the help, such as FILE or STEPS.</summary>
    public string ValueName { get; init; } = "";

    /// <summary>What a null default means, such as "the preset's".</summary>
    public string DefaultMeaning { get; init; } = "";

    /// <summary>Smallest number allowed.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number allowed.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Minimum"/> itself is refused.</summary>
    public bool MinimumExclusive { get; init; }

    /// <summary>Whether <see cref="Maximum"/> itself is refused.</summary>
    public bool MaximumExclusive { get; init; }
}
