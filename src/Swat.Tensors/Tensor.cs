using Swat.Tensors.Autograd;
using Swat.Tensors.Memory;
using Swat.Tensors.Ops;

namespace Swat.Tensors;

/// <summary>
/// A dense array of numbers in a device's memory, row-major. A tensor is a handle: dispose it, or make it inside a
/// <see cref="MemoryScope"/> or a <see cref="Tape"/>, which dispose it with themselves. The garbage collector never frees one.
/// </summary>
public sealed partial class Tensor : IDisposable
{
    private readonly Storage storage;
    private readonly long firstByte;
    private readonly bool ownsStorage;
    private bool requiresGrad;
    private Tensor? converted;
    private int convertedVersion;

    private Tensor(Storage storage, Shape shape, DType type, long firstByte = 0, bool ownsStorage = true)
    {
        this.storage = storage;
        this.firstByte = firstByte;
        this.ownsStorage = ownsStorage;
        Shape = shape;
        DType = type;
    }

    public Shape Shape { get; }

    public DType DType { get; }

    public TensorDevice Device => storage.Device;

    /// <summary>A name for messages and checkpoints.</summary>
    public string? Name { get; set; }

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>Size of the elements in bytes.</summary>
    public long ByteCount => Count * DType.Size;

    public bool IsDisposed { get; private set; }

    /// <summary>
    /// True for a parameter, which backward passes give a <see cref="Grad"/>, and for what a tape has recorded as computed from one.
    /// </summary>
    /// <exception cref="InvalidOperationException">Set on a tensor of indices or on the result of a recorded operation.</exception>
    public bool RequiresGrad
    {
        get => part is { } of ? of.Whole.RequiresGrad : requiresGrad || GraphValue is not null;
        set
        {
            if (part is { } of)
            {
                of.Whole.RequiresGrad = value;
                return;
            }

            if (value && !DType.IsFloatingPoint)
                throw new InvalidOperationException($"a tensor of {DType} has no gradient: only floating-point tensors do");
            if (GraphValue is { Leaf: null })
                throw new InvalidOperationException("RequiresGrad is set on parameters and inputs; this tensor is computed from them");
            requiresGrad = value;
            GraphValue = value ? GraphValue ?? new GraphValue(this) : null;
        }
    }

    /// <summary>
    /// The sum of the gradients of all backward passes since <see cref="ZeroGrad"/>, of this tensor's shape; null if there was none. It
    /// belongs to this tensor.
    /// </summary>
    public Tensor? Grad
    {
        get => part is { } of ? of.Gradient() : field;
        internal set;
    }

    internal GraphValue? GraphValue
    {
        get => part is { Whole.RequiresGrad: true }
            ? throw new InvalidOperationException($"{this} is a part of a parameter; compute with the whole, {part.Whole}")
            : field;
        set;
    }

    internal MemoryScope? OwningScope { get; set; }

    internal int ScopeIndex { get; set; }

    /// <summary>The memory of the elements.</summary>
    internal ArrayView<byte> Bytes => Storage.Bytes.SubView(firstByte, ByteCount);

    /// <summary>Whether its first element lies where 16 bytes can be moved at once, as those of all tensors do but of some parts.</summary>
    internal bool IsAligned => firstByte % 16 == 0;

    internal Storage Storage => IsDisposed ? throw Disposed() : storage;

    /// <summary>
    /// The elements as the engine's view, for kernels of your own: <c>float</c> or <see cref="Numerics.F32"/> for
    /// <see cref="DType.Float32"/>, <c>int</c> for <see cref="DType.Int32"/>. Valid until the tensor is disposed.
    /// </summary>
    /// <exception cref="ArgumentException">T is not as large as an element.</exception>
    public ArrayView<T> View<T>()
        where T : unmanaged
    {
        if (Interop.SizeOf<T>() != DType.Size)
            throw new ArgumentException($"a view of {typeof(T).Name} does not fit the elements of a tensor of {DType}");
        return Bytes.Cast<T>();
    }

    /// <summary>Forgets the gradient and returns its memory. The next backward pass starts from zero.</summary>
    public void ZeroGrad()
    {
        if (part is { } of)
        {
            of.Whole.ZeroGrad();
            return;
        }

        Grad?.Dispose();
        Grad = null;
    }

    /// <summary>
    /// Has every backward pass show the gradient of this tensor: that of a recorded result as soon as all of it has arrived and before
    /// it is passed on, that of a parameter at the end, with what earlier passes have added.
    /// </summary>
    /// <param name="hook">
    /// Gets the gradient, which it must not change, and returns another one of its shape and type to take its place, or null.
    /// </param>
    /// <exception cref="InvalidOperationException">This tensor takes no gradient.</exception>
    public void AddGradientHook(Func<Tensor, Tensor?> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        var value = GraphValue ?? throw new InvalidOperationException($"{this} takes no gradient; set RequiresGrad, or compute it from such a tensor");
        value.Hooks.Add(hook);
    }

    /// <summary>
    /// The derivatives of this number with respect to every parameter it was computed from are added to their <see cref="Grad"/>.
    /// See <see cref="Tape.Backward"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">This tensor was not recorded by a tape, or has more than one element.</exception>
    public void Backward()
    {
        var tape = GraphValue?.Tape ?? throw new InvalidOperationException(
            "Backward needs the tape that recorded the computation: run the forward pass inside `using var tape = new Tape(device);` " +
            "with parameters whose RequiresGrad is true");
        tape.Backward(this);
    }

    /// <summary>Returns the memory of this handle, and of <see cref="Grad"/>, to the device's pool once nothing else shares it.</summary>
    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        OwningScope?.Remove(this);
        converted?.Dispose();
        if (!ownsStorage)
            return;
        storage.Release();
        Grad?.Dispose();
    }

    public override string ToString() => $"{Name ?? "tensor"} {DType}{Shape} on {Device.Name}{(IsDisposed ? ", disposed" : string.Empty)}";

    /// <summary>A new handle of the same memory, outside every scope, unknown to tapes.</summary>
    internal Tensor Share() => Share(Shape);

    /// <summary>As <see cref="Share()"/>, with other dimensions of the same product.</summary>
    internal Tensor Share(Shape shape) => new(Storage.Share(), shape, DType, firstByte);

    /// <summary>As <see cref="Share()"/>, of some elements that lie side by side.</summary>
    internal Tensor SharePart(long firstElement, Shape shape) =>
        new(Storage.Share(), shape, DType, firstByte + firstElement * DType.Size);

    /// <summary>
    /// The elements in another floating-point type, for computing with a parameter that is kept in Float32. The copy belongs to this tensor
    /// and is made again when the elements have changed.
    /// </summary>
    internal Tensor ConvertedTo(DType type)
    {
        ThrowIfDisposed();
        if (type == DType)
            return this;
        var isNew = converted is null || converted.DType != type;
        if (isNew || !converted!.Storage.IsExclusive && convertedVersion != Storage.Version)
        {
            converted?.Dispose();
            converted = MemoryScope.Keep(Empty(Device, Shape, type));
            isNew = true;
        }

        if (isNew || convertedVersion != Storage.Version)
        {
            ConvertOp.Launch(this, converted!);
            convertedVersion = Storage.Version;
        }

        return converted!;
    }

    /// <summary>What <see cref="ConvertedTo"/> has made of these elements, if it is not out of date and nobody else holds it; else null.</summary>
    internal Tensor? CurrentCopy()
    {
        if (part is { } of)
            return of.Whole.CurrentCopy() is { } whole ? of.SameRows(whole) : null;
        return converted is { } copy && convertedVersion == Storage.Version && copy.Storage.IsExclusive ? copy : null;
    }

    /// <summary>Tells that <see cref="CurrentCopy"/> was changed with the elements.</summary>
    internal void MarkCopyCurrent()
    {
        var whole = part?.Whole ?? this;
        whole.convertedVersion = whole.Storage.Version;
    }

    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    internal void ThrowIfDisposed()
    {
        if (IsDisposed)
            throw Disposed();
    }

    /// <summary>
    /// Tells that the elements were changed in place by a kernel of your own or by a <see cref="DeviceGraph"/>; copies in other types are
    /// made again then, and backward passes that need the former elements refuse to run.
    /// </summary>
    public void MarkChanged() => Storage.Version++;

    private ObjectDisposedException Disposed() =>
        new(Name ?? "Tensor", $"the tensor {DType}{Shape}{(Name is null ? string.Empty : $" '{Name}'")} is used after it was disposed, " +
            "by hand or with the scope or tape that owns it; `scope.Return(tensor)` moves it out of a scope");
}
