namespace Swat.Tensors.Optimizers;

/// <summary>What a step of AdamW reads and writes of one parameter, as the kernel takes it.</summary>
/// <typeparam name="T">Element of parameter and gradient.</typeparam>
/// <typeparam name="TMoment">Element of the running means.</typeparam>
/// <typeparam name="TCopy">Element of the copy that products are computed from.</typeparam>
public struct AdamWTensors<T, TMoment, TCopy>
    where T : unmanaged
    where TMoment : unmanaged
    where TCopy : unmanaged
{
    public ArrayView<T> Parameter;
    public ArrayView<T> Gradient;
    public ArrayView<TMoment> FirstMoment;
    public ArrayView<TMoment> SecondMoment;

    /// <summary>Written beside the parameter, where there is a copy; else the parameter's memory.</summary>
    public ArrayView<TCopy> Copy;
    public float WeightDecay;
}
