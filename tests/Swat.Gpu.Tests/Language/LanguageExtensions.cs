namespace Swat.Gpu.Tests.Language;

/// <summary>Extension methods that kernels call.</summary>
internal static class LanguageExtensions
{
    public static int Mixed(this int value, int by = 7) => (value ^ by) * by;
}
