using System.Reflection;
using System.Reflection.Emit;

namespace Swat.Gpu.Tests.Language.Random;

/// <summary>Compiles a program to IL: a struct that implements <see cref="IMapping{TIn, TOut}"/> from int to long.</summary>
internal sealed class ProgramCompiler
{
    private static readonly FieldInfo Inner = typeof(RandomStruct).GetField(nameof(RandomStruct.Inner))!;

    private static readonly FieldInfo[] Fields =
    [
        typeof(RandomStruct).GetField(nameof(RandomStruct.Number))!, typeof(RandomStruct).GetField(nameof(RandomStruct.Real))!,
        typeof(RandomInner).GetField(nameof(RandomInner.Small))!, typeof(RandomInner).GetField(nameof(RandomInner.Large))!,
    ];

    private readonly ILGenerator il;
    private readonly Dictionary<(Sort, int), LocalBuilder> locals = [];
    private readonly LocalBuilder[] structs;
    private readonly Stack<(Label Next, Label End)> loops = [];
    private readonly Label end;

    private ProgramCompiler(ILGenerator il)
    {
        this.il = il;
        end = il.DefineLabel();
        foreach (var sort in Enum.GetValues<Sort>().Where(s => s != Sort.None))
        {
            for (var i = 0; i < 2; i++)
                locals[(sort, i)] = il.DeclareLocal(TypeOf(sort));
        }
        structs = [il.DeclareLocal(typeof(RandomStruct)), il.DeclareLocal(typeof(RandomStruct))];
    }

    /// <summary>The struct's type, in an assembly of its own.</summary>
    public static Type Compile(Node program)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName($"random{Guid.NewGuid():N}"), typeof(object).Assembly);
        var type = assembly.DefineDynamicModule("random").DefineType("RandomProgram",
            TypeAttributes.Public | TypeAttributes.Sealed | TypeAttributes.SequentialLayout, typeof(ValueType), [typeof(IMapping<int, long>)]);
        var method = type.DefineMethod("Apply", MethodAttributes.Public | MethodAttributes.Static, typeof(long), [typeof(int)]);
        new ProgramCompiler(method.GetILGenerator()).Method(program);
        type.DefineMethodOverride(method, typeof(IMapping<int, long>).GetMethod("Apply")!);
        type.CreateType();
        using var stream = new MemoryStream();
        assembly.Save(stream);
        return Assembly.Load(stream.ToArray()).GetType("RandomProgram")!;
    }

    private static Type TypeOf(Sort sort) => sort switch
    {
        Sort.Int => typeof(int),
        Sort.Long => typeof(long),
        Sort.Float => typeof(float),
        _ => typeof(double),
    };

    private void Method(Node program)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Stloc, locals[(Sort.Int, 0)]);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Conv_R4);
        il.Emit(OpCodes.Stloc, locals[(Sort.Float, 1)]);
        Statement(program);
        il.MarkLabel(end);
        il.Emit(OpCodes.Ldc_I8, 17L);
        foreach (var (sort, index) in locals.Keys)
            AddToHash(() => il.Emit(OpCodes.Ldloc, locals[(sort, index)]), sort);
        for (var s = 0; s < 2; s++)
        {
            for (var field = 0; field < 4; field++)
                AddToHash(() => LoadField(s * 4 + field), ProgramGenerator.FieldSort(field));
        }
        il.Emit(OpCodes.Ret);
    }

    private void AddToHash(Action load, Sort sort)
    {
        il.Emit(OpCodes.Ldc_I8, 31L);
        il.Emit(OpCodes.Mul);
        load();
        if (sort is Sort.Float or Sort.Double)
        {
            il.Emit(OpCodes.Conv_R8);
            il.Emit(OpCodes.Ldc_R8, 64.0);
            il.Emit(OpCodes.Mul);
        }
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.Add);
    }

    private void Statement(Node node)
    {
        switch (node.Shape)
        {
            case Shape.Block:
                foreach (var child in node.Children)
                    Statement(child);
                break;
            case Shape.Assign:
                Expression(node.Children[0]);
                il.Emit(OpCodes.Stloc, locals[((Sort)(node.Number / 10), node.Number % 10)]);
                break;
            case Shape.SetField:
                il.Emit(OpCodes.Ldloca, structs[node.Number / 4]);
                if (node.Number % 4 >= 2)
                    il.Emit(OpCodes.Ldflda, Inner);
                Expression(node.Children[0]);
                if (node.Number % 4 == 2)
                    il.Emit(OpCodes.Conv_I2);
                il.Emit(OpCodes.Stfld, Fields[node.Number % 4]);
                break;
            case Shape.CopyStruct:
                il.Emit(OpCodes.Ldloc, structs[node.Number / 2]);
                il.Emit(OpCodes.Stloc, structs[node.Number % 2]);
                break;
            case Shape.Mix:
                il.Emit(OpCodes.Ldloca, structs[node.Number]);
                Expression(node.Children[0]);
                il.Emit(OpCodes.Call, typeof(RandomStruct).GetMethod(nameof(RandomStruct.Mix))!);
                break;
            case Shape.If:
                If(node);
                break;
            case Shape.Loop:
                Loop(node);
                break;
            case Shape.Switch:
                Switch(node);
                break;
            case Shape.ReturnIf:
                JumpIf(node.Children[0], end);
                break;
            case Shape.BreakIf or Shape.ContinueIf:
                if (loops.TryPeek(out var loop))
                    JumpIf(node.Children[0], node.Shape == Shape.BreakIf ? loop.End : loop.Next);
                break;
            default:
                throw new ArgumentException($"{node.Shape} is no statement.");
        }
    }

    private void JumpIf(Node condition, Label target)
    {
        Expression(condition);
        il.Emit(OpCodes.Ldc_I4_3);
        il.Emit(OpCodes.And);
        il.Emit(OpCodes.Brtrue, target);
    }

    private void If(Node node)
    {
        var otherwise = il.DefineLabel();
        var join = il.DefineLabel();
        Expression(node.Children[0]);
        il.Emit(OpCodes.Brfalse, otherwise);
        Statement(node.Children[1]);
        il.Emit(OpCodes.Br, join);
        il.MarkLabel(otherwise);
        Statement(node.Children[2]);
        il.MarkLabel(join);
    }

    private void Loop(Node node)
    {
        var counter = il.DeclareLocal(typeof(int));
        var (body, next, after) = (il.DefineLabel(), il.DefineLabel(), il.DefineLabel());
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Stloc, counter);
        var test = il.DefineLabel();
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(body);
        Expression(node.Children[0]);
        il.Emit(OpCodes.Brfalse, after);
        loops.Push((next, after));
        Statement(node.Children[1]);
        loops.Pop();
        il.MarkLabel(next);
        il.Emit(OpCodes.Ldloc, counter);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, counter);
        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, counter);
        il.Emit(OpCodes.Ldc_I4, node.Number);
        il.Emit(OpCodes.Blt, body);
        il.MarkLabel(after);
    }

    private void Switch(Node node)
    {
        var cases = Enumerable.Range(0, 3).Select(_ => il.DefineLabel()).ToArray();
        var join = il.DefineLabel();
        Expression(node.Children[0]);
        il.Emit(OpCodes.Ldc_I4_7);
        il.Emit(OpCodes.And);
        il.Emit(OpCodes.Switch, cases);
        Statement(node.Children[4]);
        il.Emit(OpCodes.Br, join);
        for (var i = 0; i < 3; i++)
        {
            il.MarkLabel(cases[i]);
            Statement(node.Children[i + 1]);
            // The middle case falls into the last one.
            if (i != 1)
                il.Emit(OpCodes.Br, join);
        }
        il.MarkLabel(join);
    }

    private void LoadField(int number)
    {
        il.Emit(OpCodes.Ldloca, structs[number / 4]);
        if (number % 4 >= 2)
            il.Emit(OpCodes.Ldflda, Inner);
        il.Emit(OpCodes.Ldfld, Fields[number % 4]);
    }

    private void Expression(Node node)
    {
        switch (node.Shape)
        {
            case Shape.Constant:
                Constant(node);
                return;
            case Shape.Argument:
                il.Emit(OpCodes.Ldarg_0);
                return;
            case Shape.Local:
                il.Emit(OpCodes.Ldloc, locals[(node.Sort, node.Number)]);
                return;
            case Shape.Field:
                LoadField(node.Number);
                return;
            case Shape.Choose:
                Choose(node);
                return;
            case Shape.Compare:
                Compare(node);
                return;
            case Shape.Scale:
                Expression(node.Children[0]);
                if (node.Sort == Sort.Float)
                    il.Emit(OpCodes.Ldc_R4, MathF.Pow(2, node.Number));
                else
                    il.Emit(OpCodes.Ldc_R8, Math.Pow(2, node.Number));
                il.Emit(OpCodes.Mul);
                return;
        }
        foreach (var child in node.Children)
            Expression(child);
        switch (node.Shape)
        {
            case Shape.Call:
                il.Emit(OpCodes.Call, typeof(RandomStruct).GetMethod(nameof(RandomStruct.Call))!);
                return;
            case Shape.Min or Shape.Max:
                var type = TypeOf(node.Sort);
                il.Emit(OpCodes.Call, typeof(Math).GetMethod(node.Shape.ToString(), [type, type])!);
                return;
            case Shape.Convert:
                Convert(node);
                return;
            case Shape.ShiftLeft or Shape.ShiftRight or Shape.ShiftRightUnsigned:
                il.Emit(OpCodes.Ldc_I4, node.Sort == Sort.Int ? 31 : 63);
                il.Emit(OpCodes.And);
                break;
            case Shape.Divide or Shape.Remainder when node.Sort is Sort.Int or Sort.Long:
                // 1 to 64: neither zero nor -1.
                il.Emit(OpCodes.Ldc_I4, 63);
                Widen(node.Sort);
                il.Emit(OpCodes.And);
                il.Emit(OpCodes.Ldc_I4_1);
                Widen(node.Sort);
                il.Emit(OpCodes.Add);
                break;
        }
        il.Emit(node.Shape switch
        {
            Shape.Add => OpCodes.Add,
            Shape.Subtract => OpCodes.Sub,
            Shape.Multiply => OpCodes.Mul,
            Shape.Divide => OpCodes.Div,
            Shape.Remainder => OpCodes.Rem,
            Shape.And => OpCodes.And,
            Shape.Or => OpCodes.Or,
            Shape.Xor => OpCodes.Xor,
            Shape.ShiftLeft => OpCodes.Shl,
            Shape.ShiftRight => OpCodes.Shr,
            Shape.ShiftRightUnsigned => OpCodes.Shr_Un,
            Shape.Negate => OpCodes.Neg,
            Shape.Not => OpCodes.Not,
            _ => throw new ArgumentException($"{node.Shape} is no expression."),
        });
    }

    private void Widen(Sort sort)
    {
        if (sort == Sort.Long)
            il.Emit(OpCodes.Conv_I8);
    }

    private void Constant(Node node)
    {
        switch (node.Sort)
        {
            case Sort.Int:
                il.Emit(OpCodes.Ldc_I4, node.Number);
                break;
            case Sort.Long:
                il.Emit(OpCodes.Ldc_I8, (long)node.Number * node.Number * Math.Sign(node.Number));
                break;
            case Sort.Float:
                il.Emit(OpCodes.Ldc_R4, node.Number * 0.25f);
                break;
            default:
                il.Emit(OpCodes.Ldc_R8, node.Number * 0.25);
                break;
        }
    }

    private void Choose(Node node)
    {
        var otherwise = il.DefineLabel();
        var join = il.DefineLabel();
        Expression(node.Children[0]);
        il.Emit(OpCodes.Brfalse, otherwise);
        Expression(node.Children[1]);
        il.Emit(OpCodes.Br, join);
        il.MarkLabel(otherwise);
        Expression(node.Children[2]);
        il.MarkLabel(join);
    }

    private void Compare(Node node)
    {
        foreach (var child in node.Children)
            Expression(child);
        var isFloat = node.Children[0].Sort is Sort.Float or Sort.Double;
        switch (node.Number)
        {
            case 0:
                il.Emit(OpCodes.Ceq);
                return;
            case 1:
                il.Emit(OpCodes.Ceq);
                break;
            case 2:
                il.Emit(OpCodes.Clt);
                return;
            case 3:
                il.Emit(OpCodes.Cgt);
                return;
            case 4:
                il.Emit(isFloat ? OpCodes.Cgt_Un : OpCodes.Cgt);
                break;
            case 5:
                il.Emit(isFloat ? OpCodes.Clt_Un : OpCodes.Clt);
                break;
            case 6:
                il.Emit(OpCodes.Clt_Un);
                return;
            default:
                il.Emit(OpCodes.Cgt_Un);
                return;
        }
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ceq);
    }

    private void Convert(Node node)
    {
        var from = node.Children[0].Sort;
        var isFloat = from is Sort.Float or Sort.Double;
        switch (node.Sort)
        {
            case Sort.Float:
                il.Emit(OpCodes.Conv_R4);
                break;
            case Sort.Double:
                il.Emit(OpCodes.Conv_R8);
                break;
            case Sort.Long:
                il.Emit(from == Sort.Int && node.Number == 1 ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
                break;
            default:
                // What a float outside of a narrow type's range becomes is not defined: through int it is.
                if (isFloat || from == Sort.Long)
                    il.Emit(OpCodes.Conv_I4);
                if (node.Number is > 1 and < 6)
                    il.Emit(node.Number switch { 2 => OpCodes.Conv_I1, 3 => OpCodes.Conv_U1, 4 => OpCodes.Conv_I2, _ => OpCodes.Conv_U2 });
                break;
        }
    }
}
