using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Swat.Gpu.Backends.Cpu;

/// <summary>The dynamic assembly that holds compiled kernels. It may call this library's internal methods.</summary>
internal static class CpuAssembly
{
    private static readonly Lock Gate = new();
    private static readonly ModuleBuilder Module = Create();
    private static int count;

    /// <summary>Makes a static class with one method for each writer and returns the methods' entry points.</summary>
    /// <param name="name">For stack traces and the JIT's listings.</param>
    /// <param name="writers">Write the bodies of <c>int Region(byte*, byte*)</c>.</param>
    /// <param name="largestBody">Fails if a body has more bytes of IL.</param>
    /// <returns>Null if a body was too large.</returns>
    public static nint[]? Build(string name, IReadOnlyList<Action<ILGenerator>> writers, int largestBody)
    {
        lock (Gate)
        {
            var type = Module.DefineType($"{name}_{count++}", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
            var isTooLarge = false;
            for (var k = 0; k < writers.Count; k++)
            {
                var method = type.DefineMethod(
                    $"Region{k}", MethodAttributes.Public | MethodAttributes.Static, typeof(int), [typeof(byte*), typeof(byte*)]);
                method.SetImplementationFlags(MethodImplAttributes.AggressiveOptimization);
                method.InitLocals = false;
                var il = method.GetILGenerator();
                writers[k](il);
                isTooLarge |= il.ILOffset > largestBody;
            }
            if (isTooLarge)
                return null;
            var created = type.CreateType();
            return [.. writers.Select((_, k) => Prepare(created.GetMethod($"Region{k}")!))];
        }
    }

    private static nint Prepare(MethodInfo method)
    {
        RuntimeHelpers.PrepareMethod(method.MethodHandle);
        return method.MethodHandle.GetFunctionPointer();
    }

    private static ModuleBuilder Create()
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Swat.Gpu.CpuKernels"), AssemblyBuilderAccess.Run);
        var module = assembly.DefineDynamicModule("Swat.Gpu.CpuKernels");

        // The run time knows the attribute by its name.
        var attribute = module.DefineType(
            "System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute", TypeAttributes.Public | TypeAttributes.Sealed, typeof(Attribute));
        var constructor = attribute.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(string)]);
        var il = constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Attribute).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, [])!);
        il.Emit(OpCodes.Ret);
        var type = attribute.CreateType();
        var library = typeof(CpuAssembly).Assembly.GetName().Name!;
        assembly.SetCustomAttribute(new CustomAttributeBuilder(type.GetConstructor([typeof(string)])!, [library]));
        return module;
    }
}
