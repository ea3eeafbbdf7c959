namespace Swat.Tensors;

/// <summary>
/// Owns the tensors that are made while it is the innermost scope of its device, and disposes them with itself. What a tape has saved
/// for the backward pass stays alive for it.
/// <code>
/// using var scope = device.Scope();
/// var hidden = x.Linear(up).Silu();       // disposed with the scope
/// return scope.Return(hidden.Linear(down)); // belongs to the caller's scope
/// </code>
/// </summary>
public sealed class MemoryScope : IDisposable
{
    private readonly List<Tensor> tensors = [];
    private readonly TensorDevice device;
    private readonly MemoryScope? outer;
    private bool isDisposed;

    internal MemoryScope(TensorDevice device)
    {
        this.device = device;
        outer = device.InnermostScope;
        device.InnermostScope = this;
    }

    /// <summary>Moves a tensor to the surrounding scope; without one the caller owns it and disposes it.</summary>
    /// <returns>The tensor.</returns>
    public Tensor Return(Tensor tensor)
    {
        if (tensor.OwningScope != this)
            return tensor;
        Remove(tensor);
        outer?.Add(tensor);
        return tensor;
    }

    /// <summary>Takes a tensor out of every scope: the caller disposes it.</summary>
    /// <returns>The tensor.</returns>
    public static Tensor Keep(Tensor tensor)
    {
        tensor.OwningScope?.Remove(tensor);
        return tensor;
    }

    /// <exception cref="InvalidOperationException">A scope that was opened later is still open.</exception>
    public void Dispose()
    {
        if (isDisposed)
            return;
        if (device.InnermostScope != this)
            throw new InvalidOperationException("memory scopes close in the reverse order of their opening: an inner one is still open");
        isDisposed = true;
        device.InnermostScope = outer;
        for (var i = tensors.Count - 1; i >= 0; i--)
            tensors[i].Dispose();
    }

    internal void Add(Tensor tensor)
    {
        tensor.OwningScope = this;
        tensor.ScopeIndex = tensors.Count;
        tensors.Add(tensor);
    }

    internal void Remove(Tensor tensor)
    {
        var last = tensors[^1];
        tensors[tensor.ScopeIndex] = last;
        last.ScopeIndex = tensor.ScopeIndex;
        tensors.RemoveAt(tensors.Count - 1);
        tensor.OwningScope = null;
    }
}
