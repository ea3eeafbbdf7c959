namespace Swat.Tensors.Ops;

/// <summary>The logistic function 1/(1 + e^-x), for kernels.</summary>
internal static class Sigmoid
{
    /// <summary>
    /// Accurate relative to the result, on both sides; where e^-x overflows, the result is the right 0. The form 0.5·tanh(0.5·x) + 0.5 saves
    /// the division, but some OpenCL drivers' tanh is off by 1e-7 absolutely, and training amplifies that twentyfold within 40 steps.
    /// </summary>
    public static float Of(float x) => 1 / (1 + MathF.Exp(-x));

    /// <summary>
    /// The same with the device's fastest exponential and reciprocal, off by some 1e-6 of the result: for kernels that the exact functions
    /// would keep from their memory's speed.
    /// </summary>
    public static float Fast(float x) => XMath.Rcp(1 + XMath.Exp(-x));

    /// <summary><see cref="Fast"/> where what comes of it is rounded to 16 bits, <see cref="Of"/> where it is not.</summary>
    /// <typeparam name="T">The type it is rounded to.</typeparam>
    public static float For<T>(float x)
        where T : unmanaged => Interop.SizeOf<T>() == sizeof(ushort) ? Fast(x) : Of(x);
}
