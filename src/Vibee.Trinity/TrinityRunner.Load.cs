using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Models;
using Vibee.Trinity.Threads;
using Vibee.Trinity.Tokenizers;

namespace Vibee.Trinity;

// How a runner comes to be.
public sealed partial class TrinityRunner
{
    // Rows of logits beyond one for each slot: so many prompt tokens of a step can be scored.
    private const int ScoringRows = 16;

    private TrinityRunner(GgufFile file, TrinityOptions options, LoadProgress progress)
    {
        _file = file;
        _memory = options.Memory;
        progress.Report(0);
        Tokenizer = ReadTokenizer(file);
        progress.Report(0.05f);
        Model = GgufModelInfo.Read(file).With(Tokenizer);
        var context = options.ContextLength > 0 ? options.ContextLength : Model.TrainedContextLength;
        var reader = new ModelReader(file, context);
        var model = Architectures.Read(reader);
        _vocabulary = model.Shape.Vocabulary;
        Check(model, context);
        progress.Report(0.1f);

        var slots = options.Slots + options.PrefixSlots;
        _expected = new int[slots];
        var packed = new PackedWeights(model);
        _weights = _memory.Reserve("The weights", file.Tensors.Sum(tensor => tensor.ByteLength) - packed.SourceBytes);
        try
        {
            if (packed.Bytes > 0)
                _panels = new Arena(_memory, "The packed weights", packed.Bytes, isStreamed: true);
            var shape = new KvShape(model.Shape.Layers, model.Shape.KvHeads, model.Shape.HeadLength, options.KvType);
            // The cache rounds up to whole blocks, and a limit is a promise.
            var cells = options.KvCells > 0 ? Math.Max(options.KvCells / KvCache.BlockLength, 1) * KvCache.BlockLength : (int)Math.Min((long)options.Slots * context, int.MaxValue / 2);
            _cache = new KvCache(shape, slots, context, cells, _memory);
            var rows = Math.Min(options.Slots + ScoringRows, options.BatchTokens);
            _logits = new LogitRows(_memory, _vocabulary, rows);
            _team = new WorkerTeam(options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
            var measure = Arena.Measure();
            _ = new Transformer(model, reader, options.BatchTokens, _cache, _team, measure);
            _buffers = new Arena(_memory, "Buffers", measure.Used);
            Capacity = new RunnerCapacity(slots, options.BatchTokens, context, _cache.Cells)
            {
                BatchLogits = rows,
                StateFormat = SlotState.Format(options.KvType),
            };
            _transformer = new Transformer(model, reader, options.BatchTokens, _cache, _team, _buffers);
            if (_panels is not null)
            {
                var cache = options.PackCacheDirectory is { } directory ? new PackCache(directory, file) : null;
                packed.Fill(_panels, cache, _team, reader.LongestRow, share => progress.Report(0.1f + 0.8f * share));
            }

            progress.ReadWeights([.. file.Tensors.Where(tensor => !packed.Covers(tensor))], from: _panels is null ? 0.1f : 0.9f);
            progress.Report(1);
        }
        catch
        {
            _team?.Dispose();
            _buffers?.Dispose();
            _logits?.Dispose();
            _cache?.Dispose();
            _panels?.Dispose();
            _memory.Release(_weights);
            throw;
        }

    }

    /// <summary>Opens a file and makes a runner of it.</summary>
    /// <exception cref="RunnerException">Trinity cannot run the model, or not with these settings; the message names the
    /// tensor, key or setting that stands in the way.</exception>
    /// <exception cref="GgufException">The file is no readable GGUF file.</exception>
    /// <exception cref="OperationCanceledException">Loading was cancelled; nothing is left of it.</exception>
    public static TrinityRunner Load(TrinityOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchTokens, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.ContextLength);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads);
        var file = GgufFile.Open(options.Path);
        try
        {
            return new TrinityRunner(file, options, new LoadProgress(options.Progress, options.Cancellation));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether <see cref="Load"/> would find an architecture, tensors and a tokenizer it knows.</summary>
    /// <param name="file">Is read, not kept.</param>
    /// <param name="reason">What stands in the way.</param>
    public static bool CanRun(GgufFile file, out string reason)
    {
        try
        {
            _ = Architectures.Read(new ModelReader(file, contextLength: 1));
            _ = ReadTokenizer(file);
            reason = "";
            return true;
        }
        catch (RunnerException refusal)
        {
            reason = refusal.Message;
            return false;
        }
    }

    private static ITokenizer ReadTokenizer(GgufFile file) =>
        TokenizerLoader.TryLoad(file.Metadata, out var tokenizer, out var refusal) ? tokenizer : throw new RunnerException($"{refusal}.");

    private void Check(Model model, int context)
    {
        if (Tokenizer.VocabularySize != _vocabulary)
            throw new RunnerException($"The tokenizer has {Tokenizer.VocabularySize} tokens, but token_embd.weight has {_vocabulary}.");
        if (model.Positions is not null && context > model.Shape.TrainedContext)
            throw new RunnerException($"The model knows {model.Shape.TrainedContext} positions; --ctx {context} is more.");
    }
}
