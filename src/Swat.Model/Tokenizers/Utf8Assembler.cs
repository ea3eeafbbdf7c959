using System.Buffers;
using System.Text;

namespace Swat.Model.Tokenizers;

/// <summary>Joins the bytes of successive tokens into characters.</summary>
/// <param name="replaceEachByte">Ill-formed bytes become one U+FFFD each, as SentencePiece has it; otherwise each maximal ill-formed part becomes one.</param>
internal sealed class Utf8Assembler(bool replaceEachByte)
{
    private readonly StringBuilder _text = new();
    private readonly byte[] _pending = new byte[4];
    private int _pendingCount;

    /// <summary>The characters that <paramref name="bytes"/> complete.</summary>
    public string Add(ReadOnlySpan<byte> bytes)
    {
        while (_pendingCount > 0 && bytes.Length > 0)
        {
            _pending[_pendingCount++] = bytes[0];
            bytes = bytes[1..];
            DecodePending();
        }

        while (bytes.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var character, out int consumed);
            if (status == OperationStatus.NeedMoreData)
            {
                bytes.CopyTo(_pending);
                _pendingCount = bytes.Length;
                break;
            }

            _text.Append(character);
            bytes = bytes[(status == OperationStatus.Done || !replaceEachByte ? consumed : 1)..];
        }

        return Take();
    }

    /// <summary>What an incomplete character leaves behind; the assembler is then as new.</summary>
    public string Finish()
    {
        if (_pendingCount > 0)
            _text.Append('\uFFFD', replaceEachByte ? _pendingCount : 1);
        _pendingCount = 0;
        return Take();
    }

    /// <summary>Decodes what is pending as far as it is certain; a byte that ends an ill-formed part may begin the next character.</summary>
    private void DecodePending()
    {
        while (_pendingCount > 0)
        {
            var status = Rune.DecodeFromUtf8(_pending.AsSpan(0, _pendingCount), out var character, out int consumed);
            if (status == OperationStatus.NeedMoreData)
                return;
            _text.Append(character);
            if (status != OperationStatus.Done && replaceEachByte)
                consumed = 1;
            _pending.AsSpan(consumed, _pendingCount - consumed).CopyTo(_pending);
            _pendingCount -= consumed;
        }
    }

    private string Take()
    {
        if (_text.Length == 0)
            return "";
        string text = _text.ToString();
        _text.Clear();
        return text;
    }
}
