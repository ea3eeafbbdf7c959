namespace Swat.Tensors.Autograd;

/// <summary>Looks at what each operation of a tape computes, and stops at the first value that is not finite.</summary>
internal static class AnomalyDetector
{
    /// <exception cref="NonFiniteValueException">A parameter that the operation read, or what it computed, is not finite.</exception>
    public static void CheckForward(string operation, ReadOnlySpan<Tensor?> inputs, ReadOnlySpan<Tensor> outputs)
    {
        foreach (var input in inputs)
        {
            if (input is { GraphValue: { Leaf: not null } or null } && CountNonFinite(input) is > 0 and var count)
                throw new NonFiniteValueException(operation, Describe("its input", input, count));
        }

        foreach (var output in outputs)
        {
            if (CountNonFinite(output) is > 0 and var count)
                throw new NonFiniteValueException(operation, Describe("its result", output, count) + Names(inputs));
        }
    }

    /// <exception cref="NonFiniteValueException">A gradient that the derivative computed is not finite.</exception>
    public static void CheckBackward(GraphNode node)
    {
        for (var i = 0; i < node.Inputs.Length; i++)
        {
            if (node.Inputs[i]?.Gradient is not { } gradient || CountNonFinite(gradient) is not (> 0 and var count))
                continue;
            var name = node.Inputs[i]!.Leaf?.Name is { } leaf ? $" ({leaf})" : "";
            throw new NonFiniteValueException("the derivative of " + node.Operation, Describe($"the gradient of input {i}{name}", gradient, count));
        }
    }

    private static string Describe(string what, Tensor tensor, long count) =>
        $"{what}{(tensor.Name is { } name ? $" {name}" : "")}, {tensor.DType}{tensor.Shape}, has {count} values that are not finite";

    private static string Names(ReadOnlySpan<Tensor?> inputs)
    {
        var names = new List<string>();
        foreach (var input in inputs)
        {
            if (input?.Name is { } name)
                names.Add(name);
        }

        return names.Count > 0 ? $", while {string.Join(", ", names)} is finite" : "";
    }

    private static long CountNonFinite(Tensor tensor) =>
        tensor.DType.IsFloatingPoint ? tensor.ToArray().LongCount(value => !float.IsFinite(value)) : 0;
}
