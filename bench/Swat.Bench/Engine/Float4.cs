namespace Swat.Bench.Engine;

/// <summary>16 bytes that move at once.</summary>
internal struct Float4
{
    public float X;
    public float Y;
    public float Z;
    public float W;
}
