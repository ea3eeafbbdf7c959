namespace Swat.Train.Data;

/// <summary>A file that the user gave as data.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="IsNamed">Whether the user named the file itself; one that was found in a folder or by a pattern is left out where it is not text.</param>
public readonly record struct SourceFile(string Path, bool IsNamed);
