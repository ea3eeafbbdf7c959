namespace Swat.Train.Data;

/// <summary>One document of a corpus.</summary>
/// <param name="Name">Path as the user would recognise it, for messages.</param>
/// <param name="Text">The whole text, without a byte-order mark, line ends as in the file.</param>
public sealed record TextDocument(string Name, string Text);
