namespace Swat.Model.Tokenizers.HuggingFace;

/// <summary>A token that is found in the text itself, before any splitting or merging.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">What is looked for.</param>
internal readonly record struct AddedToken(int Id, string Text);
