using System.Reflection;

namespace Swat.Gpu.Frontend;

/// <summary>A field of a struct and where it lies in it.</summary>
internal sealed record FieldShape(FieldInfo Field, TypeShape Shape, int Offset);
