namespace Swat.Tensors.Ops.Attention.TensorCore;

/// <summary>Functions at one operation of the special-function unit; as exact as 16-bit results need.</summary>
internal static class FastMath
{
    /// <summary>tanh to about 2^-11 of the result on CUDA; accurate elsewhere.</summary>
    public static float Tanh(float x)
    {
        if (!CudaAsm.IsSupported)
            return XMath.Tanh(x);
        CudaAsm.Emit("tanh.approx.f32 %0, %1;", out float result, x);
        return result;
    }
}
