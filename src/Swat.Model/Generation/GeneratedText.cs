namespace Swat.Model.Generation;

/// <summary>What one step of generation adds to one text.</summary>
/// <param name="Sequence">The text's number among the prompts.</param>
/// <param name="Token">The drawn token; null where the text has ended and only its last characters follow.</param>
/// <param name="Text">Whole characters that are now certain; empty where the token completes none.</param>
public readonly record struct GeneratedText(int Sequence, int? Token, string Text);
