using Google.Protobuf;
using Google.Protobuf.Collections;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination;

/// <summary>
/// A site's parts and what travels with them as tensors behind a control message. Names and shapes of parts follow from the study; what
/// travels in a relay are an optimizer's arrays, each no larger than the parameter it belongs to.
/// </summary>
internal static class ModelFrames
{
    // step count and two moments for each parameter
    private const int MomentsPerParameter = 3;

    /// <summary>Reads all parts of a site, none under secure aggregation, where none come; then what was announced; and looks at the numbers when the sender is done.</summary>
    /// <exception cref="RosflException">The list is not what an optimizer of this study keeps, another tensor came, or a number that no training makes.</exception>
    public static async Task<(Model Parts, IReadOnlyList<NamedArray> Travelling)> ReadAsync<T>(
        TensorFrameReader<T> reader, RepeatedField<TravellingArray> announced, Study study, CancellationToken cancellation) where T : class, IMessage<T>, new()
    {
        Check(announced, study);
        var parts = study.HidesParts ? Model.Empty : new(await PartsAsync(reader, study, cancellation));
        var travelling = new List<NamedArray>();
        foreach (var one in announced) travelling.Add(await reader.ArrayAsync(one.Name, [.. one.Shape], cancellation));
        NumberLimits.Check(parts, travelling, study.Run.Wire);
        return (parts, travelling);
    }

    /// <summary>What <see cref="ReadAsync"/> reads at most, whatever is announced.</summary>
    public static long MostBytes(Study study) =>
        study.HidesParts ? 0 : study.SiteParts.Sum(p => study.BlankOf(p).Arrays.Sum(a => a.Bytes)) * (study.Algorithm.Order == SiteOrder.Relay ? 1 + MomentsPerParameter : 1);

    /// <summary>Announces arrays that travel.</summary>
    public static IEnumerable<TravellingArray> Announced(IEnumerable<NamedArray> travelling) =>
        travelling.Select(a => new TravellingArray { Name = a.Name, Shape = { a.Shape } });

    private static async Task<Dictionary<PartName, Weights>> PartsAsync<T>(TensorFrameReader<T> reader, Study study, CancellationToken cancellation) where T : class, IMessage<T>, new()
    {
        var parts = new Dictionary<PartName, Weights>();
        foreach (var part in study.SiteParts)
        {
            var blank = study.BlankOf(part);
            var arrays = new List<NamedArray>();
            foreach (var array in blank.Arrays)
                arrays.Add(await reader.ArrayAsync($"{part.Text()}.{array.Name}", array.Shape, cancellation) with { Name = array.Name });
            parts[part] = blank with { Arrays = arrays };
        }
        return parts;
    }

    private static void Check(RepeatedField<TravellingArray> announced, Study study)
    {
        if (announced.Count > 0 && study.Algorithm.Order != SiteOrder.Relay)
            throw new RosflException(ExitCode.Protocol, $"Arrays travel with a model ({announced.Count}), and under '{study.Algorithm.Name}' none do: update the program at the other end.");
        var parameters = study.SiteParts.SelectMany(p => study.BlankOf(p).Arrays.Take(study.BlankOf(p).Trained).Select(a => (Name: $"{p.Text()}.{a.Name}", a.Shape)))
            .ToDictionary(a => a.Name, a => a.Shape);
        if (announced.Count > MomentsPerParameter * parameters.Count)
            throw new RosflException(ExitCode.Protocol, $"{announced.Count} arrays travel with a model, and an optimizer of this study keeps {MomentsPerParameter * parameters.Count} at most.");
        foreach (var one in announced)
        {
            var dot = one.Name.LastIndexOf('.');
            var isCount = one.Name.EndsWith(".step", StringComparison.Ordinal) && one.Shape is [1];
            if (dot < 0 || !parameters.TryGetValue(one.Name[..dot], out var shape) || !(isCount || one.Shape.SequenceEqual(shape)))
                throw new RosflException(ExitCode.Protocol, "An array travels with a model that belongs to no parameter of this study: update the program at the other end.");
        }
    }
}
