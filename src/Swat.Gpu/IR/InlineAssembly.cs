namespace Swat.Gpu.IR;

/// <summary>
/// Inline PTX: %0, %1 … in <paramref name="Template"/> stand for the operands in the order of the C# call.
/// </summary>
/// <param name="Template">PTX text with %n placeholders; %% is a percent sign.</param>
/// <param name="Operands">For each placeholder: the number of a result, or of an input operand, or both for a ref operand.</param>
internal sealed record InlineAssembly(string Template, IReadOnlyList<InlineAssemblyOperand> Operands);
