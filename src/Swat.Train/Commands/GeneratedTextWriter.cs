using System.Text;
using Swat.Model.Generation;

namespace Swat.Train.Commands;

/// <summary>Writes a single text as it grows; of several texts, each with its prompt when all have ended.</summary>
internal sealed class GeneratedTextWriter
{
    private readonly TextWriter output;
    private readonly StringBuilder[] texts;

    public GeneratedTextWriter(TextWriter output, IReadOnlyList<string> prompts)
    {
        this.output = output;
        texts = [.. prompts.Select(prompt => new StringBuilder(prompt))];
        if (texts.Length == 1)
            output.Write(prompts[0]);
    }

    public void Add(GeneratedText part)
    {
        if (texts.Length > 1)
        {
            texts[part.Sequence].Append(part.Text);
        }
        else if (part.Text.Length > 0)
        {
            output.Write(part.Text);
            output.Flush();
        }
    }

    public void Finish()
    {
        if (texts.Length == 1)
        {
            output.WriteLine();
            return;
        }

        for (var i = 0; i < texts.Length; i++)
        {
            output.WriteLine($"--- {i + 1} of {texts.Length}");
            output.WriteLine(texts[i]);
        }
    }
}
