using Swat.Gpu.Frontend;
using Swat.Gpu.IR;

namespace Swat.Gpu.Backends.Ptx;

internal sealed partial class PtxEmitter
{
    private void EmitIntrinsic(Instruction i)
    {
        var name = ((TargetIntrinsic)i.Data!).Name;
        var family = name[..(name.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? dot : name.Length)];
        switch (family)
        {
            case "mma":
                EmitMma(i, name);
                break;
            case "ldmatrix":
                Require(target.HasLoadMatrix, i, "compute capability 7.5");
                var form = name["ldmatrix.".Length..];
                Line($"ldmatrix.sync.aligned.m8n8.{form}.shared.b16 {List(resultsOf[i])}, [{Register(i.Operands[0])}];");
                break;
            case "cvt" or "pack" or "shared":
                EmitSimpleIntrinsic(i, name);
                break;
            case "cp":
                EmitAsyncCopy(i, name);
                break;
            case "wgmma":
                Require(target.HasWarpGroupMatrix, i, "compute capability 9.0");
                hopperOnly = true;
                EmitWarpGroupMatrix(i, name);
                break;
            case "setmaxnreg":
                Require(target.HasWarpGroupMatrix, i, "compute capability 9.0");
                hopperOnly = true;
                Line($"{name}.sync.aligned.u32 {ConstantOperand(i, 0)};");
                break;
            case "bar":
                Line($"bar.sync {Register(i.Operands[0])}, {Register(i.Operands[1])};");
                break;
            case "mbarrier" or "fence":
                Require(target.HasBulkCopy, i, "compute capability 9.0");
                EmitBarrierIntrinsic(i, name);
                break;
            default:
                throw Unsupported(i, "an instruction that CUDA does not have");
        }
    }

    private static string List(IEnumerable<string> registers) => $"{{{string.Join(", ", registers)}}}";

    private string Registers(Instruction i, int first, int count) => List(i.Operands.Skip(first).Take(count).Select(Register));

    private void Require(bool condition, Instruction i, string feature)
    {
        if (!condition)
            throw Unsupported(i, feature);
    }

    private long ConstantOperand(Instruction i, int operand) => i.Operands[operand] is Constant constant
        ? constant.Bits
        : throw Refusal(Diagnostic.NotConstant, $"argument {operand} of {((TargetIntrinsic)i.Data!).Name}");

    // Operands: C, A, B.
    private void EmitMma(Instruction i, string name)
    {
        Require(target.HasAmpereTensorCores, i, "compute capability 8.0");
        var (shape, type) = name switch
        {
            "mma.m16n8k16.bf16" => ("m16n8k16", "bf16"),
            "mma.m16n8k16.f16" => ("m16n8k16", "f16"),
            "mma.m16n8k8.tf32" => ("m16n8k8", "tf32"),
            _ => throw Unsupported(i, "a shape that this back end does not know"),
        };
        Line($"mma.sync.aligned.{shape}.row.col.f32.{type}.{type}.f32 "
            + $"{List(resultsOf[i])}, {Registers(i, 4, 4)}, {Registers(i, 8, 2)}, {Registers(i, 0, 4)};");
    }

    private void EmitSimpleIntrinsic(Instruction i, string name)
    {
        var result = resultsOf[i][0];
        switch (name)
        {
            case "cvt.tf32":
                Require(target.HasAmpereTensorCores, i, "compute capability 8.0");
                Line($"cvt.rna.tf32.f32 {result}, {Register(i.Operands[0])};");
                break;
            case "pack.bf16x2":
                EmitPack(result, IrType.BFloat16, i.Operands[0], i.Operands[1]);
                break;
            case "pack.f16x2":
                EmitPack(result, IrType.Float16, i.Operands[0], i.Operands[1]);
                break;
            case "shared.address":
                Line($"mov.b32 {result}, {Register(i.Operands[0])};");
                break;
            default:
                throw Unsupported(i, "an instruction that CUDA does not have");
        }
    }

    /// <summary>Two float32 rounded to 16-bit floats in one word.</summary>
    private void EmitPack(string result, IrType type, Value low, Value high)
    {
        var (lowRegister, highRegister) = (Register(low), Register(high));
        if (target.HasBFloat16Convert)
        {
            // PTX names the high half's source first.
            Line($"cvt.rn.{(type == IrType.Float16 ? "f16x2" : "bf16x2")}.f32 {result}, {highRegister}, {lowRegister};");
            return;
        }
        var (lowHalf, highHalf) = (registers.New(type), registers.New(type));
        if (type == IrType.Float16)
        {
            Line($"cvt.rn.f16.f32 {lowHalf}, {lowRegister};");
            Line($"cvt.rn.f16.f32 {highHalf}, {highRegister};");
        }
        else
        {
            ToBFloat16(lowHalf, lowRegister);
            ToBFloat16(highHalf, highRegister);
        }
        Line($"mov.b32 {result}, {{{lowHalf}, {highHalf}}};");
    }

    private void EmitAsyncCopy(Instruction i, string name)
    {
        var isBulk = name.StartsWith("cp.async.bulk", StringComparison.Ordinal);
        Require(isBulk ? target.HasBulkCopy : target.HasAmpereTensorCores, i, $"compute capability {(isBulk ? "9.0" : "8.0")}");
        switch (name)
        {
            case "cp.async.16":
                Line($"cp.async.cg.shared.global [{Register(i.Operands[0])}], [{Register(i.Operands[1])}], 16;");
                break;
            case "cp.async.16.zfill":
                Line($"cp.async.cg.shared.global [{Register(i.Operands[0])}], [{Register(i.Operands[1])}], 16, {Register(i.Operands[2])};");
                break;
            case "cp.async.commit":
                Line("cp.async.commit_group;");
                break;
            case "cp.async.wait":
                Line($"cp.async.wait_group {ConstantOperand(i, 0)};");
                break;
            case "cp.async.bulk.tensor.2d.load" or "cp.async.bulk.tensor.3d.load":
                var rank = name.Contains("2d", StringComparison.Ordinal) ? 2 : 3;
                Line($"cp.async.bulk.tensor.{rank}d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
                    + $"[{Register(i.Operands[0])}], [{MapAddress(i, i.Operands[1])}, {Registers(i, 2, rank)}], [{Register(i.Operands[2 + rank])}];");
                break;
            case "cp.async.bulk.tensor.2d.store" or "cp.async.bulk.tensor.3d.store":
                rank = name.Contains("2d", StringComparison.Ordinal) ? 2 : 3;
                Line($"cp.async.bulk.tensor.{rank}d.global.shared::cta.tile.bulk_group "
                    + $"[{MapAddress(i, i.Operands[0])}, {Registers(i, 1, rank)}], [{Register(i.Operands[1 + rank])}];");
                break;
            case "cp.async.bulk.commit":
                Line("cp.async.bulk.commit_group;");
                break;
            case "cp.async.bulk.wait":
                Line($"cp.async.bulk.wait_group {ConstantOperand(i, 0)};");
                break;
            case "cp.async.bulk.wait.read":
                Line($"cp.async.bulk.wait_group.read {ConstantOperand(i, 0)};");
                break;
            default:
                throw Unsupported(i, "an instruction that CUDA does not have");
        }
    }

    private bool usesParameterAddress;

    /// <summary>Address of a tensor's description: in device memory, or where its first word lies among the kernel's arguments.</summary>
    private string MapAddress(Instruction i, Value map)
    {
        if (map.Type == IrType.GlobalPointer)
            return Generic(map);
        if (map is not Parameter { Offset: var offset } || offset % 64 != 0)
            throw Refusal(Diagnostic.TensorNotParameter, ((TargetIntrinsic)i.Data!).Name);
        usesParameterAddress = true;
        var result = registers.New(PtxRegisterClass.Bits64);
        Line($"mov.b64 {result}, {ArgumentsName};");
        Line($"cvta.param.u64 {result}, {result};");
        if (offset > 0)
            Line($"add.s64 {result}, {result}, {offset};");
        return result;
    }

    private string Generic(Value globalPointer)
    {
        var result = registers.New(PtxRegisterClass.Bits64);
        Line($"cvta.global.u64 {result}, {Register(globalPointer)};");
        return result;
    }

    private void EmitBarrierIntrinsic(Instruction i, string name)
    {
        switch (name)
        {
            case "fence.proxy.async":
                Line("fence.proxy.async.shared::cta;");
                break;
            case "fence.mbarrier_init":
                Line("fence.mbarrier_init.release.cluster;");
                break;
            case "mbarrier.init":
                Line($"mbarrier.init.shared::cta.b64 [{Register(i.Operands[0])}], {Register(i.Operands[1])};");
                break;
            case "mbarrier.arrive":
                Line($"mbarrier.arrive.shared::cta.b64 _, [{Register(i.Operands[0])}];");
                break;
            case "mbarrier.arrive.expect_tx":
                Line($"mbarrier.arrive.expect_tx.shared::cta.b64 _, [{Register(i.Operands[0])}], {Register(i.Operands[1])};");
                break;
            case "mbarrier.wait":
                var (barrier, parity) = (Register(i.Operands[0]), Register(i.Operands[1]));
                var (label, done) = (NewLabel(), registers.New(IrType.Bool));
                body.Append($"{label}:\n");
                Line($"mbarrier.try_wait.parity.shared::cta.b64 {done}, [{barrier}], {parity};");
                Line($"@!{done} bra {label};");
                break;
            default:
                throw Unsupported(i, "an instruction that CUDA does not have");
        }
    }

    private void EmitWarpGroupMatrix(Instruction i, string name)
    {
        switch (name)
        {
            case "wgmma.fence":
                Line("wgmma.fence.sync.aligned;");
                return;
            case "wgmma.commit":
                Line("wgmma.commit_group.sync.aligned;");
                return;
            case "wgmma.wait":
                Line($"wgmma.wait_group.sync.aligned {ConstantOperand(i, 0)};");
                return;
            default:
                break;
        }
        // wgmma.m64nNk16.TYPE[.ra]; operands: C, A (a descriptor, or four registers), B, whether to accumulate, transpositions.
        var parts = name.Split('.');
        var (shape, type, aInRegisters) = (parts[1], parts[2], parts.Length > 3);
        var results = resultsOf[i];
        var next = results.Length;
        var a = aInRegisters ? Registers(i, next, 4) : Register(i.Operands[next]);
        next += aInRegisters ? 4 : 1;
        var b = Register(i.Operands[next++]);
        var accumulate = i.Operands[next++];
        var predicate = Predicate(accumulate);
        var transpositions = Enumerable.Range(next, i.Operands.Length - next).Select(o => ConstantOperand(i, o)).ToArray();
        // Registers that are read through a descriptor of zero accumulation need no value.
        if (accumulate is not Constant { Bits: 0 } && MoveAccumulators(i, results))
            Line("wgmma.fence.sync.aligned;");
        Line($"wgmma.mma_async.sync.aligned.{shape}.f32.{type}.{type} {List(results)}, {a}, {b}, {predicate}, 1, 1, {string.Join(", ", transpositions)};");
    }

    private bool MoveAccumulators(Instruction i, string[] results)
    {
        var moves = new List<(string, string)>();
        for (var r = 0; r < results.Length; r++)
        {
            var source = Operand(i.Operands[r]);
            if (source != results[r])
                moves.Add((results[r], source));
        }
        ParallelMoves.Sequentialize(moves, _ => registers.New(IrType.Float32), (to, from) => Line($"mov.f32 {to}, {from};"));
        return moves.Count > 0;
    }

    private string Predicate(Value value)
    {
        if (value.Type == IrType.Bool && value is not Constant)
            return Register(value);
        var predicate = registers.New(IrType.Bool);
        Line($"setp.ne.s32 {predicate}, {Operand(value)}, 0;");
        return predicate;
    }
}
