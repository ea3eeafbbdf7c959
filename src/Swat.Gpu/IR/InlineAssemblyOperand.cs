namespace Swat.Gpu.IR;

/// <summary>One placeholder of <see cref="InlineAssembly"/>.</summary>
/// <param name="Type">Register type.</param>
/// <param name="Input">Index into the instruction's operands, or -1 for a pure output.</param>
/// <param name="Output">Index for <see cref="Op.Extract"/>, or -1 for a pure input.</param>
internal readonly record struct InlineAssemblyOperand(IrType Type, int Input, int Output);
