using System.Text;
using Swat.Gpu.Frontend;
using Swat.Gpu.IR;
using Swat.Gpu.Runtime;

namespace Swat.Gpu.Backends.OpenCL;

/// <summary>
/// Writes one kernel. A value is a C variable, or is written where it is used if that is one place. Values that
/// leave their block and phis are declared at the top of the kernel; phis are assigned on the edges that lead to them.
/// </summary>
internal sealed partial class OpenCLEmitter
{
    private const string DynamicShared = "dynamic_shared";
    private const string DynamicSharedArgument = "dynamic_shared_vectors";
    private const string DynamicSharedSize = "dynamic_shared_size";
    private const string WarpScratch = "warp_scratch";

    /// <summary>Operations nested in one statement before a variable takes the intermediate value.</summary>
    private const int MaxDepth = 8;

    private readonly KernelFunction function;
    private readonly OpenCLTarget target;
    private readonly bool lockstep;
    private readonly ValueUses uses;
    private readonly HelperFunctions helpers = new();
    private readonly Names names = new();
    private readonly SortedSet<string> extensions = new(StringComparer.Ordinal);
    private readonly SortedSet<string> memoryTypes = new(StringComparer.Ordinal);
    private readonly Dictionary<Value, string> variables = [];
    private StringBuilder body = new();
    private readonly StringBuilder declarations = new();

    /// <summary>Values of the current block that are written where they are used, in the order of their definition.</summary>
    private readonly Dictionary<Instruction, Expression> pending = [];

    /// <summary>For pending <see cref="Op.Offset"/>: the base and the index, so that an access can be written as an array's element.</summary>
    private readonly Dictionary<Instruction, (Expression Base, Expression Index)> elements = [];

    /// <summary>Pending values that a later one, or a statement, has taken in.</summary>
    private readonly HashSet<Instruction> consumed = [];

    private int indent = 1;

    /// <summary>While a block of <see cref="WriteLockstep"/> is written that all work items pass: which of them it is meant for.</summary>
    private string? due;

    public OpenCLEmitter(KernelFunction function, OpenCLTarget target, bool lockstep)
    {
        this.function = function;
        this.target = target;
        this.lockstep = lockstep;
        uses = new ValueUses(function);
    }

    public OpenCLSource Emit()
    {
        CheckTypes();
        var entryPoint = names.Unique("", $"{function.Name}_kernel");
        var arguments = Signature(out var parameterText, out var prologue);
        Declare();
        if (lockstep)
            WriteLockstep();
        else
            WriteStructured();

        var text = new StringBuilder();
        foreach (var extension in extensions)
            text.Append($"#pragma OPENCL EXTENSION {extension} : enable\n");
        // The compiler's passes contract where that is allowed; results do not depend on the driver's taste.
        text.Append("#pragma OPENCL FP_CONTRACT OFF\n\n");
        WriteMemoryTypes(text);
        text.Append(helpers.Definitions());
        text.Append("__kernel ");
        if (target.GroupSize is var (x, y, z))
            text.Append($"__attribute__((reqd_work_group_size({x}, {y}, {z})))\n");
        text.Append($"void {entryPoint}({parameterText})\n{{\n{prologue}{declarations}");
        if (prologue.Length + declarations.Length > 0)
            text.Append('\n');
        text.Append(body).Append("}\n");
        return new OpenCLSource(text.ToString(), entryPoint, arguments, function.SharedBytes);
    }

    private void CheckTypes()
    {
        var usesDouble = function.Parameters.Any(p => p.Type == IrType.Float64)
            || function.Instructions.Any(i => i.Type == IrType.Float64 || i.Operands.Any(o => o.Type == IrType.Float64));
        if (!usesDouble)
            return;
        if (!target.HasFloat64)
            throw NotOnTarget("double on a device without cl_khr_fp64");
        extensions.Add("cl_khr_fp64");
    }

    private List<OpenCLArgument> Signature(out string parameterText, out string prologue)
    {
        var arguments = new List<OpenCLArgument>();
        var parameters = new List<string>();
        var start = new StringBuilder();
        foreach (var parameter in function.Parameters)
        {
            var name = names.Unique("p_", parameter.Name);
            variables[parameter] = name;
            if (parameter.Type == IrType.GlobalPointer)
            {
                var offset = names.Unique(name, "_offset");
                arguments.Add(new(OpenCLArgumentKind.MemoryObject, parameter.Offset, 8));
                arguments.Add(new(OpenCLArgumentKind.Scalar, parameter.Offset + 8, 8));
                parameters.Add($"__global uchar* {name}");
                parameters.Add($"long {offset}");
                start.Append($"    {name} += {offset};\n");
                continue;
            }
            arguments.Add(new(OpenCLArgumentKind.Scalar, parameter.Offset, parameter.Memory.Size()));
            parameters.Add($"{CTypes.Of(parameter.Memory)} {name}");
        }
        if (function.Uses(Op.DynamicShared))
        {
            arguments.Add(new(OpenCLArgumentKind.DynamicShared));
            // Drivers place local memory by the alignment of the type that is pointed to.
            parameters.Add($"__local uint4* {DynamicSharedArgument}");
            start.Append($"    __local uchar* {DynamicShared} = (__local uchar*){DynamicSharedArgument};\n");
        }
        if (function.Uses(Op.DynamicSharedSize))
        {
            arguments.Add(new(OpenCLArgumentKind.DynamicSharedSize));
            parameters.Add($"int {DynamicSharedSize}");
        }
        if (target.Warp == OpenCLWarpSupport.LocalMemory && (lockstep || function.Instructions.Any(UsesWarpScratch)))
        {
            arguments.Add(new(OpenCLArgumentKind.WarpScratch));
            parameters.Add($"__local ulong* {WarpScratch}");
        }
        parameterText = string.Join(", ", parameters);
        prologue = start.ToString();
        return arguments;
    }

    private static bool UsesWarpScratch(Instruction i) => i.Op is Op.ShuffleOp or Op.Vote or Op.Ballot;

    /// <summary>Names all values that get a variable and declares those that must live outside their block's braces.</summary>
    private void Declare()
    {
        foreach (var instruction in function.Instructions)
        {
            switch (instruction.Op)
            {
                case Op.LocalArray:
                    variables[instruction] = names.Unique("l", $"{instruction.Id}");
                    declarations.Append($"    uchar {variables[instruction]}[{instruction.Immediate}] __attribute__((aligned(16)));\n");
                    continue;
                case Op.SharedArray:
                    variables[instruction] = names.Unique("s", $"{instruction.Id}");
                    declarations.Append($"    __local uchar {variables[instruction]}[{instruction.Immediate}] __attribute__((aligned(128)));\n");
                    continue;
                case Op.Extract or Op.DynamicShared or Op.DynamicSharedSize:
                    continue;
            }
            if (!uses.LeavesBlock(instruction) && instruction.Op != Op.Phi || uses.Count(instruction) == 0)
                continue;
            variables[instruction] = names.Unique("v", $"{instruction.Id}");
            declarations.Append($"    {VariableType(instruction)} {variables[instruction]};\n");
        }
    }

    private static string VariableType(Instruction instruction) => instruction.Op == Op.LoadVector
        ? $"{CTypes.Of(instruction.Memory)}{instruction.Immediate}"
        : CTypes.Of(instruction.Type);

    private void WriteMemoryTypes(StringBuilder text)
    {
        if (memoryTypes.Count == 0)
            return;
        // Memory may be read as another type than it was written with.
        text.Append("#if defined(__clang__) || defined(__GNUC__)\n#define MAY_ALIAS __attribute__((may_alias))\n");
        text.Append("#else\n#define MAY_ALIAS\n#endif\n");
        foreach (var type in memoryTypes)
            text.Append($"typedef {type} {type}_m MAY_ALIAS;\n");
        text.Append('\n');
    }

    private void Line(string text) => body.Append(' ', indent * 4).Append(text).Append('\n');

    private KernelCompilationException NotOnTarget(string what) => new(Diagnostic.NotOnTarget, what, [function.Name]);
}
