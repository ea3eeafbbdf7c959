using Swat.Tensors.Numerics;
using Swat.Tensors.Ops;

namespace Swat.Tensors;

public sealed partial class Tensor
{
    /// <summary>Copies the elements of a floating-point tensor to the host, row-major, widened to float.</summary>
    /// <exception cref="InvalidOperationException">The elements are integers.</exception>
    public float[] ToArray()
    {
        if (!DType.IsFloatingPoint)
            throw WrongType("ToArray", "floating-point numbers");
        var values = new float[Count];
        CopyTo(values);
        return values;
    }

    /// <summary>Copies the elements of an <see cref="DType.Int32"/> tensor to the host.</summary>
    public int[] ToIntArray()
    {
        if (DType != DType.Int32)
            throw WrongType("ToIntArray", "Int32");
        var values = new int[Count];
        Storage.Device.Read(View<int>(), values);
        return values;
    }

    /// <summary>Copies the elements of an <see cref="DType.Int64"/> tensor to the host.</summary>
    public long[] ToLongArray()
    {
        if (DType != DType.Int64)
            throw WrongType("ToLongArray", "Int64");
        var values = new long[Count];
        Storage.Device.Read(View<long>(), values);
        return values;
    }

    /// <summary>Copies the elements to the host; waits until the device has computed them.</summary>
    /// <param name="values">As many as the tensor has.</param>
    public void CopyTo(float[] values)
    {
        CheckCount(values.Length, Shape);
        switch (DType)
        {
            case DType.Float32:
                Device.Read(View<float>(), values);
                break;
            case DType.BFloat16:
                Widen<BF16>(values);
                break;
            case DType.Float16:
                Widen<F16>(values);
                break;
            default:
                throw WrongType("CopyTo", "floating-point numbers");
        }
    }

    /// <summary>Replaces the elements of a floating-point tensor, rounding to the nearest of its type.</summary>
    /// <param name="values">Row-major, as many as the tensor has.</param>
    public void CopyFrom(ReadOnlySpan<float> values)
    {
        CheckCount(values.Length, Shape);
        switch (DType)
        {
            case DType.Float32:
                Device.Write(View<float>(), values);
                break;
            case DType.BFloat16:
                Narrow<BF16>(values);
                break;
            case DType.Float16:
                Narrow<F16>(values);
                break;
            default:
                throw WrongType("CopyFrom", "floating-point numbers");
        }

        MarkChanged();
    }

    /// <summary>Replaces the elements of an <see cref="DType.Int32"/> tensor.</summary>
    /// <param name="values">Row-major, as many as the tensor has.</param>
    public void CopyFrom(ReadOnlySpan<int> values)
    {
        CheckCount(values.Length, Shape);
        if (DType != DType.Int32)
            throw WrongType("CopyFrom", "Int32");
        Device.Upload(View<int>(), values);
        MarkChanged();
    }

    /// <summary>Replaces the elements of an <see cref="DType.Int64"/> tensor.</summary>
    /// <param name="values">Row-major, as many as the tensor has.</param>
    public void CopyFrom(ReadOnlySpan<long> values)
    {
        CheckCount(values.Length, Shape);
        if (DType != DType.Int64)
            throw WrongType("CopyFrom", "Int64");
        Device.Write(View<long>(), values);
        MarkChanged();
    }

    /// <summary>Replaces the elements by those of a tensor of the same shape, type and device, without the host.</summary>
    public void CopyFrom(Tensor source)
    {
        Check.SameShape("CopyFrom", this, source);
        Check.SameType("CopyFrom", this, source);
        Check.SameDevice("CopyFrom", this, source);
        source.Bytes.CopyTo(Device.Accelerator.DefaultStream, Bytes);
        MarkChanged();
    }

    /// <summary>The number in a tensor of one element; waits until the device has computed it.</summary>
    public float Item()
    {
        if (Count != 1)
            throw new InvalidOperationException($"Item reads a tensor of one element; this one is {DType}{Shape}");
        return ToArray()[0];
    }

    /// <summary>Starts to copy the elements of a Float32 tensor to the host, which goes on meanwhile.</summary>
    public PendingRead BeginRead() => new(Device, View<float>());

    /// <summary>Makes every element the same. The elements are floating-point numbers.</summary>
    public void FillWith(float value)
    {
        Fill.With(this, value);
        MarkChanged();
    }

    /// <summary>A copy with memory of its own, unknown to tapes.</summary>
    public Tensor Clone()
    {
        var copy = Empty(Device, Shape, DType);
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>The same elements, shared, cut off from the computation that a tape recorded.</summary>
    public Tensor Detach()
    {
        var detached = Share();
        Device.InnermostScope?.Add(detached);
        return detached;
    }

    private void Widen<T>(float[] values)
        where T : unmanaged, IElement<T>
    {
        var elements = new T[values.Length];
        Device.Read(View<T>(), elements);
        for (var i = 0; i < values.Length; i++)
            values[i] = T.ToFloat(elements[i]);
    }

    private void Narrow<T>(ReadOnlySpan<float> values)
        where T : unmanaged, IElement<T>
    {
        var elements = new T[values.Length];
        for (var i = 0; i < values.Length; i++)
            elements[i] = T.FromFloat(values[i]);
        Device.Write<T>(View<T>(), elements);
    }

    private InvalidOperationException WrongType(string operation, string wanted) =>
        new($"{operation} works on tensors of {wanted}; this one is {DType}{Shape}");
}
