using System.Text;

namespace Swat.Train.Data;

/// <summary>Reads a file as text: UTF-8 with or without a byte-order mark, or UTF-16 with one.</summary>
public static class TextFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of the file.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or is not text.</exception>
    public static string Read(string path)
    {
        var bytes = ReadBytes(path);
        return TryDecode(bytes, out var text, out var problem)
            ? text
            : throw new UserErrorException($"{path}: {problem}. Convert it to UTF-8, or leave it out of --data.");
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The text that the bytes of a file hold; false, with the reason, when they hold none.</summary>
    internal static bool TryDecode(byte[] bytes, out string text, out string problem)
    {
        text = "";
        problem = "";
        try
        {
            if (bytes is [0xFF, 0xFE, ..])
                text = new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true).GetString(bytes.AsSpan(2));
            else if (bytes is [0xFE, 0xFF, ..])
                text = new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true).GetString(bytes.AsSpan(2));
            else
                text = StrictUtf8.GetString(bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes);
        }
        catch (DecoderFallbackException exception)
        {
            problem = $"not UTF-8 text (byte {exception.Index})";
            return false;
        }

        if (text.Contains('\0'))
        {
            problem = "not text (it contains NUL characters)";
            return false;
        }

        return true;
    }
}
