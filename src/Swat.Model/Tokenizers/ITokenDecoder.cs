namespace Swat.Model.Tokenizers;

/// <summary>Decodes one text token by token: the parts joined are what decoding all tokens at once gives, and each part is whole characters.</summary>
public interface ITokenDecoder
{
    /// <summary>Takes the next token and returns the characters that are now certain; empty while a character is incomplete.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is outside the vocabulary.</exception>
    string Add(int id);

    /// <summary>Ends the text and returns what is left, an incomplete character as U+FFFD; the decoder is then as new.</summary>
    string Finish();
}
