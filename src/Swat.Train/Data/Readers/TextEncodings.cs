using System.Text;

namespace Swat.Train.Data.Readers;

/// <summary>Tells the encoding of a text by its byte-order mark: UTF-16 where there is one for it, else UTF-8.</summary>
internal static class TextEncodings
{
    private const int LongestMark = 3;

    /// <summary>The text as UTF-8 without a byte-order mark. Ill-formed UTF-8 passes as it is; ill-formed UTF-16 throws a <see cref="DecoderFallbackException"/>.</summary>
    public static Stream AsUtf8(Stream content)
    {
        var mark = new byte[LongestMark];
        var count = content.ReadAtLeast(mark, LongestMark, throwOnEndOfStream: false);
        var (encoding, length) = mark.AsSpan(0, count) switch
        {
            [0xEF, 0xBB, 0xBF] => (null, 3),
            [0xFF, 0xFE, ..] => (Utf16(bigEndian: false), 2),
            [0xFE, 0xFF, ..] => (Utf16(bigEndian: true), 2),
            _ => ((Encoding?)null, 0),
        };
        var text = new PrefixedStream(mark.AsMemory(length, count - length), content);
        return encoding is null ? text : Encoding.CreateTranscodingStream(text, encoding, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
    }

    private static UnicodeEncoding Utf16(bool bigEndian) => new(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true);
}
