namespace Swat.Train.Data.Readers;

/// <summary>Takes the documents out of one file format.</summary>
public interface IDocumentReader
{
    /// <summary>The documents of a file in their order, read as they are asked for.</summary>
    /// <param name="content">The file, decompressed.</param>
    /// <param name="name">The file's name, for errors.</param>
    /// <param name="malformed">Takes what is wrong with a record that is then left out, or throws to stop.</param>
    /// <exception cref="UserErrorException">The file is not of this format.</exception>
    IEnumerable<string> Read(Stream content, string name, Action<string> malformed);
}
