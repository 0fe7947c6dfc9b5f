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
        var tokenizer = ReadTokenizer(file);
        Tokenizer = tokenizer;
        progress.Report(0.05f);
        Model = GgufModelInfo.Read(file).With(Tokenizer);
        var context = ContextOf(options.ContextLength, Model);
        var reader = new ModelReader(file, context);
        var model = Architectures.Read(reader);
        _vocabulary = model.Shape.Vocabulary;
        Check(model, tokenizer, context);
        progress.Report(0.1f);

        var slots = options.Slots + options.PrefixSlots;
        _expected = new int[slots];
        var packed = new PackedWeights(model);
        _weights = _memory.Reserve("The weights", file.Tensors.Sum(tensor => tensor.ByteLength) - packed.SourceBytes);
        try
        {
            if (packed.Bytes > 0)
                _packed = _memory.Reserve("The packed weights", packed.Bytes);
            // These exist already: how much they take, only reading them tells.
            _vectors = _memory.Reserve("The norms and biases", reader.VectorBytes);
            _tables = _memory.Reserve("The tokenizer", tokenizer.TableBytes);
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
            if (_packed is not null)
            {
                var cache = options.PackCacheDirectory is { } directory && packed.Bytes >= options.PackCacheLeast ? new PackCache(directory, file) : null;
                _panels = packed.Load(cache, _team, reader.LongestRow, share => progress.Report(0.1f + 0.8f * share));
                PackCacheProblem = cache?.Problem;
                PackCacheFile = (_panels as MappedFile)?.Path;
            }

            progress.ReadWeights([.. file.Tensors.Where(tensor => !packed.Covers(tensor))], from: _packed is null ? 0.1f : 0.9f);
            progress.Report(1);
        }
        catch
        {
            _team?.Dispose();
            _buffers?.Dispose();
            _logits?.Dispose();
            _cache?.Dispose();
            _panels?.Dispose();
            foreach (var piece in (MemoryPiece?[])[_weights, _packed, _vectors, _tables])
            {
                if (piece is not null)
                    _memory.Release(piece);
            }

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
        ArgumentOutOfRangeException.ThrowIfNegative(options.PrefixSlots);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.PrefixSlots, int.MaxValue - options.Slots);
        ArgumentOutOfRangeException.ThrowIfNegative(options.KvCells);
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

    /// <summary>Whether <see cref="Load"/> would find an architecture, tensors and a tokenizer it knows, and the model would
    /// know as many positions.</summary>
    /// <param name="file">Is read, not kept.</param>
    /// <param name="contextLength">As in <see cref="TrinityOptions.ContextLength"/>.</param>
    /// <param name="reason">What stands in the way.</param>
    public static bool CanRun(GgufFile file, int contextLength, out string reason)
    {
        try
        {
            var context = ContextOf(contextLength, GgufModelInfo.Read(file));
            Check(Architectures.Read(new ModelReader(file, context)), ReadTokenizer(file), context);
            reason = "";
            return true;
        }
        catch (Exception refusal) when (refusal is RunnerException or GgufException)
        {
            reason = refusal.Message;
            return false;
        }
    }

    private static int ContextOf(int asked, ModelInfo model) => asked > 0 ? asked : model.TrainedContextLength;

    private static ModelTokenizer ReadTokenizer(GgufFile file) =>
        TokenizerLoader.TryRead(file.Metadata, out var tokenizer, out var refusal) ? tokenizer : throw new RunnerException($"{refusal}.");

    private static void Check(Model model, ModelTokenizer tokenizer, int context)
    {
        if (tokenizer.VocabularySize != model.Shape.Vocabulary)
            throw new RunnerException($"The tokenizer has {tokenizer.VocabularySize} tokens, but token_embd.weight has {model.Shape.Vocabulary}.");
        if (model.Positions is not null && context > model.Shape.TrainedContext)
            throw new RunnerException($"The model knows {model.Shape.TrainedContext} positions; --ctx {context} is more.");
    }
}
