namespace Swat.Tensors.Optimizers;

/// <summary>What a step of AdamW reads and writes of one parameter, as the kernel takes it.</summary>
/// <typeparam name="T">Element of parameter and gradient.</typeparam>
/// <typeparam name="TMoment">Element of the running means.</typeparam>
public struct AdamWTensors<T, TMoment>
    where T : unmanaged
    where TMoment : unmanaged
{
    public ArrayView<T> Parameter;
    public ArrayView<T> Gradient;
    public ArrayView<TMoment> FirstMoment;
    public ArrayView<TMoment> SecondMoment;
    public float WeightDecay;
}
