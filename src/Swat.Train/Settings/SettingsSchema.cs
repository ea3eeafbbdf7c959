using System.Reflection;

namespace Swat.Train.Settings;

/// <summary>
/// The settings of an options record, in the order of its properties. The command line, the help and a run's file are all
/// derived from it, so that an option is described in one place: its property.
/// </summary>
/// <typeparam name="T">A record whose settings have <see cref="SettingAttribute"/> and init or set accessors.</typeparam>
public sealed class SettingsSchema<T>
    where T : class, new()
{
    /// <summary>The one schema of <typeparamref name="T"/>.</summary>
    public static SettingsSchema<T> Instance { get; } = new();

    private SettingsSchema()
    {
        Settings = typeof(T).GetProperties()
            .Select(property => (property, attribute: property.GetCustomAttribute<SettingAttribute>()))
            .Where(pair => pair.attribute is not null)
            .Select(pair => new Setting(pair.property, pair.attribute!))
            .ToArray();
        Defaults = new T();
    }

    public IReadOnlyList<Setting> Settings { get; }

    /// <summary>A record with every default; not to be changed.</summary>
    public T Defaults { get; }

    /// <summary>The setting of that name, without leading dashes.</summary>
    /// <param name="name">A setting's name, such as <c>lr</c>.</param>
    /// <param name="source">Where the name was read, for the error.</param>
    /// <exception cref="UserErrorException">No such setting; the message gives the nearest name.</exception>
    public Setting Find(string name, string source) => Settings.FirstOrDefault(setting => setting.Name == name)
        ?? throw new UserErrorException(NearestName.Find(name, Settings.Select(setting => setting.Name)) is { } nearest
            ? $"{source}: unknown setting '{name}'; the nearest is '{nearest}'."
            : $"{source}: unknown setting '{name}'.");
}
