namespace Swat.Gpu.Tests.Language.Random;

/// <summary>A struct inside a random program's struct.</summary>
public struct RandomInner
{
    public short Small;
    public long Large;
}
