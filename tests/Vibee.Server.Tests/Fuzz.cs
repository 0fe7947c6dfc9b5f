using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Vibee.Server.Tests;

/// <summary>Generates requests that are damaged in every way that somebody thought of.</summary>
internal static class Fuzz
{
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>JSON that no type of a programming language holds, or that somebody's parser fell over.</summary>
    private static readonly string[] Oddities =
    [
        "null", "true", "0", "-0", "-1", "1.5", "1e400", "-1e400", "1e-400", "99999999999999999999", "-9223372036854775809", "2147483648", "1E2",
        "0.1e1", "\"\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\uFEFF\"", "\"\u202E\u0301\u200D\"", "\"<|im_end|>\"", "\"🦙👩‍👩‍👧\"", "[]", "[[]]", "{}",
        "[null]", "[1,\"a\"]", "{\"x\":1,\"x\":{}}", "{\"\":null}", "{\"type\":5}", "[{\"type\":\"text\"}]", "[-1]", "[0,1,2]", "{\"-1\":1}", "{\"5\":1e999}", "[{}]", "[[[]],[{}]]",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Elements("", "x", "user", "assistant", "\u0000", "\uD83E\uDD99", "e\u0301", "\u202Eabc", "\uFFFF", "日本語", "\r\n", "data: [DONE]\n\n", "{{ raise }}", "</think>"),
        ArbMap.Default.GeneratorFor<string>().Select(text => new string([.. (text ?? "").Where(letter => !char.IsSurrogate(letter))])));

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Gen.Elements(Oddities),
        Text.Select(text => JsonSerializer.Serialize(text, Unescaped)),
        ArbMap.Default.GeneratorFor<long>().Select(number => $"{number}"),
        ArbMap.Default.GeneratorFor<double>().Select(number => double.IsFinite(number) ? number.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "1e999"));

    /// <summary>Bodies for an operation: valid requests changed in one to four places, damaged bytes, and anything.</summary>
    public static Gen<byte[]> Body(ApiOperation operation)
    {
        var names = operation.Fields().Select(field => field.Name).Append("x").Distinct().ToArray();
        var valid = Gen.Elements(operation.Examples.Select(example => example.ToJsonString()).ToArray());
        var mutated = from example in valid from changes in Change(operation, names).ListOf() select Apply(example, changes.Take(4));
        var request = Gen.Frequency((1, valid), (12, mutated), (1, Json(names, 4)), (1, Nested));
        return Gen.Frequency(
            (6, request.Select(Encoding.UTF8.GetBytes)),
            (1, from body in request from cut in Gen.Choose(0, 1000) select Encoding.UTF8.GetBytes(body) is var bytes ? bytes[..(bytes.Length * cut / 1000)] : []),
            (1, from body in request from noise in ArbMap.Default.GeneratorFor<byte[]>() from place in Gen.Choose(0, 1000) select Damage(Encoding.UTF8.GetBytes(body), noise, place)),
            (1, ArbMap.Default.GeneratorFor<byte[]>()));
    }

    /// <summary>Something for a place in a path or query.</summary>
    public static Gen<string> Word() => Text.Select(Uri.EscapeDataString).Where(word => word.Length > 0 && word is not ("." or ".."));

    /// <summary>A field and what to put there.</summary>
    private static Gen<(string Path, string Value)> Change(ApiOperation operation, string[] names)
    {
        var wrong = operation.Violations().Select(violation => (violation.Path.Replace("[]", "[0]", StringComparison.Ordinal), violation.Value?.ToJsonString() ?? "null")).ToArray();
        var known = from name in Gen.Elements(names) from value in Json(names, 2) select (name, value);
        return wrong.Length == 0 ? known : Gen.OneOf(Gen.Elements(wrong), known);
    }

    private static string Apply(string example, IEnumerable<(string Path, string Value)> changes)
    {
        // As text, because what is put in may be what no JSON library would write.
        var marks = new List<(string Mark, string Value)>();
        var body = JsonNode.Parse(example)!;
        foreach (var (path, value) in changes)
        {
            var mark = $"@{marks.Count}@";
            if (ApiOperation.With(body, path, JsonValue.Create(mark)).FirstOrDefault().Body is not { } changed)
                continue;
            body = changed;
            marks.Add((JsonSerializer.Serialize(mark), value));
        }

        return marks.Aggregate(body.ToJsonString(Unescaped), (text, mark) => text.Replace(mark.Mark, mark.Value, StringComparison.Ordinal));
    }

    private static Gen<string> Json(string[] names, int depth)
    {
        if (depth == 0)
            return Scalar;
        var inner = Json(names, depth - 1);
        var name = Gen.OneOf(Gen.Elements(names), Text);
        return Gen.Frequency(
            (3, Scalar),
            (1, inner.ListOf().Select(items => $"[{string.Join(',', items.Take(5))}]")),
            (2, name.Zip(inner).ListOf().Select(pairs =>
                $"{{{string.Join(',', pairs.Take(5).Select(pair => $"{JsonSerializer.Serialize(pair.Item1, Unescaped)}:{pair.Item2}"))}}}")));
    }

    private static Gen<string> Nested => from opening in Gen.Elements("[", "{\"a\":", "{\"messages\":[", "[{\"content\":") from depth in Gen.Choose(1, 5000)
                                         select string.Concat(Enumerable.Repeat(opening, depth));

    private static byte[] Damage(byte[] body, byte[] noise, int place)
    {
        for (var i = 0; i < noise.Length && body.Length > 0; i++)
            body[(body.Length * place / 1000 + i) % body.Length] = noise[i];
        return body;
    }
}
