namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>16 bytes, which a work item moves in one instruction.</summary>
internal struct Words4
{
    public uint First;
    public uint Second;
    public uint Third;
    public uint Fourth;
}
