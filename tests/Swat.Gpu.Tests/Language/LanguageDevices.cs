using Swat.Gpu.Tests.Support;

namespace Swat.Gpu.Tests.Language;

/// <summary>The devices that the language tests run on.</summary>
public static class LanguageDevices
{
    public static IEnumerable<TestDevice> All => TestDevices.All;
}
