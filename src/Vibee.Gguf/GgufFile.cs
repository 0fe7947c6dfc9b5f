namespace Vibee.Gguf;

/// <summary>
/// A GGUF file, or all files of a split one, mapped into memory. <see cref="Open"/> reads and checks the header; weights
/// stay on disk until their bytes are touched.
/// </summary>
/// <remarks>The owner disposes it when nobody reads its spans any more. Reading is safe from several threads.</remarks>
public sealed class GgufFile : IDisposable
{
    private readonly List<MappedFile> _files;
    private readonly Dictionary<string, GgufTensor> _byName;

    private GgufFile(List<MappedFile> files, GgufHeader first, List<GgufTensor> tensors, Dictionary<string, GgufTensor> byName)
    {
        _files = files;
        _byName = byName;
        Path = files[0].Path;
        Version = first.Version;
        Alignment = first.Alignment;
        Metadata = new GgufMetadata(files[0], first.Values);
        Tensors = tensors;
    }

    /// <summary>As given to <see cref="Open"/>.</summary>
    public string Path { get; }

    public uint Version { get; }

    /// <summary>Bytes; every tensor begins at a multiple of it.</summary>
    public uint Alignment { get; }

    /// <summary>Of the first file, if split.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>In the order of the file; of all files, if split.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Bytes on disk, of all files.</summary>
    public long Length => _files.Sum(file => file.Length);

    /// <summary>Opens a file, and with the first of a split model (-00001-of-00003.gguf) the others beside it.</summary>
    /// <exception cref="GgufException">Anything is wrong with a file. Nothing stays open then.</exception>
    public static GgufFile Open(string path)
    {
        var files = new List<MappedFile>();
        try
        {
            files.Add(MappedFile.Open(path));
            var first = GgufHeader.Read(files[0]);
            var metadata = new GgufMetadata(files[0], first.Values);
            var tensors = first.Tensors;
            foreach (var part in SplitName.OtherParts(path, metadata))
            {
                files.Add(MappedFile.Open(part));
                var header = GgufHeader.Read(files[^1]);
                SplitName.CheckPart(part, new GgufMetadata(files[^1], header.Values), files.Count - 1, metadata);
                tensors.AddRange(header.Tensors);
            }
            SplitName.CheckTotal(path, metadata, tensors.Count);
            return new GgufFile(files, first, tensors, Index(path, tensors));
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>When a file of it was last written to, as the file system says.</summary>
    public DateTime LastWriteTimeUtc => _files.Max(file => File.GetLastWriteTimeUtc(file.Path));

    /// <summary>32 bytes that differ between models: a hash of the header and of samples of every tensor. Reads some
    /// kilobytes of each, not all, so weights that were changed in place may go unseen: together with
    /// <see cref="LastWriteTimeUtc"/> it is the key of what was made from them.</summary>
    public byte[] ComputeFingerprint() => Fingerprint.Of(_files, Tensors);

    /// <summary>The tensor of that name, or null.</summary>
    public GgufTensor? FindTensor(string name) => _byName.GetValueOrDefault(name);

    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static Dictionary<string, GgufTensor> Index(string path, List<GgufTensor> tensors)
    {
        var byName = new Dictionary<string, GgufTensor>(tensors.Count, StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (!byName.TryAdd(tensor.Name, tensor))
                throw new GgufException(path, $"the tensor {GgufException.Quote(tensor.Name)} occurs twice");
        }
        return byName;
    }
}
