namespace Swat.Gpu.Backends.Ptx;

/// <summary>A kernel as PTX text.</summary>
/// <param name="EntryName">Name of the entry point in <paramref name="Text"/>.</param>
/// <param name="Text">One PTX module.</param>
/// <param name="ArgumentBytes">Bytes of the argument buffer.</param>
/// <param name="StaticBytesInDynamicShared">
/// Static shared arrays over the 48 KiB that PTX allows are laid at the start of the dynamic shared memory: a launch asks for this many
/// bytes more of it than the caller wants.
/// </param>
/// <param name="LocalBytes">Bytes of local arrays that the text declares; more in the loaded kernel are spills.</param>
internal sealed record PtxKernel(string EntryName, string Text, int ArgumentBytes, int StaticBytesInDynamicShared, int LocalBytes);
