using System.Reflection;
using Swat.Gpu.IR;

namespace Swat.Gpu.Frontend;

/// <summary>Calls: intrinsics by attribute, functions of the base library by table, everything else inlined.</summary>
internal sealed partial class MethodTranslator
{
    private void Call(MethodBase target, bool isVirtual)
    {
        if (constrained is { } type)
        {
            target = ResolveConstrained(target, type);
            isVirtual = false;
            constrained = null;
        }
        var count = target.GetParameters().Length + (target.IsStatic ? 0 : 1);
        var callArguments = new Symbol[count];
        for (var i = count - 1; i >= 0; i--)
            callArguments[i] = Pop();

        if (callArguments is [Symbol.Delegate { Method: var invoked }, ..] && target.Name == "Invoke")
        {
            var receiver = invoked.IsStatic ? Array.Empty<Symbol>() : [new Symbol.Null()];
            Inline(invoked, [.. receiver, .. callArguments[1..]]);
            return;
        }
        if (target.GetCustomAttribute<KernelIntrinsicAttribute>() is { } intrinsic)
        {
            PushResult(Intrinsic(intrinsic, (MethodInfo)target, callArguments));
            return;
        }
        if (target.GetCustomAttribute<TargetIntrinsicAttribute>() is { } targetIntrinsic && targetIntrinsic.IsInstructionOn(context.Options))
        {
            PushResult(CallTargetIntrinsic(targetIntrinsic, (MethodInfo)target, callArguments));
            return;
        }
        if (TryBaseLibrary(target, callArguments, out var result))
        {
            PushResult(result);
            return;
        }
        if (isVirtual && target.IsVirtual && !target.IsFinal && target.DeclaringType is { IsValueType: false })
            throw Error(Diagnostic.VirtualCall, Describe(target));
        Inline(target, callArguments);
    }

    private void Inline(MethodBase target, IReadOnlyList<Symbol> callArguments)
    {
        var (result, end) = Translate(context, this, target, callArguments, block);
        block = end;
        PushResult(result);
    }

    private void PushResult(Symbol? result)
    {
        if (result is not null)
            Push(result);
    }

    /// <summary>The implementation that a constrained call reaches: of a static abstract or an interface member on a known type.</summary>
    private MethodBase ResolveConstrained(MethodBase target, Type type)
    {
        if (target.DeclaringType is not { IsInterface: true } contract)
        {
            return type.GetMethod(target.Name, BindingFlags.Instance | BindingFlags.Public, [.. target.GetParameters().Select(p => p.ParameterType)])
                ?? target;
        }
        var definition = target is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericMethodDefinition() : target;
        var map = type.GetInterfaceMap(contract);
        var index = Array.FindIndex(map.InterfaceMethods, m => m.MetadataToken == definition.MetadataToken && m.Module == definition.Module);
        if (index < 0 || map.TargetMethods[index] is not { } implementation)
            throw Error(Diagnostic.VirtualCall, $"{Describe(target)} on {type.Name}");
        return target is MethodInfo { IsGenericMethod: true } call && implementation.IsGenericMethodDefinition
            ? implementation.MakeGenericMethod(call.GetGenericArguments())
            : implementation;
    }

    private void NewObject(ConstructorInfo constructor)
    {
        var type = constructor.DeclaringType!;
        var parameters = constructor.GetParameters().Length;
        var callArguments = new Symbol[parameters];
        for (var i = parameters - 1; i >= 0; i--)
            callArguments[i] = Pop();
        if (callArguments is [Symbol.Null, Symbol.Function { Method: var function }] && typeof(Delegate).IsAssignableFrom(type))
        {
            Push(new Symbol.Delegate(function));
            return;
        }
        if (typeof(Exception).IsAssignableFrom(type))
            throw Error(Diagnostic.ExceptionHandling, $"throw of {type.Name}");
        if (!type.IsValueType)
            throw Error(Diagnostic.Allocation, $"new {type.Name}");
        if (constructor.GetCustomAttribute<KernelIntrinsicAttribute>() is not null || TypeShape.Of(type).Kind != ShapeKind.Struct)
            throw Error(Diagnostic.UnsupportedType, $"new {type.Name}");
        var variable = new Variable(TypeShape.Of(type));
        Initialise(variable, block);
        Inline(constructor, [new Symbol.Reference(variable), .. callArguments]);
        Push(Ssa.Read(variable, block));
    }

    private int RequireConstant(Symbol symbol, string what) => symbol is Symbol.Scalar { Value: Constant constant }
        ? (int)constant.Bits
        : throw Error(Diagnostic.NotConstant, what);
}
