using System.Text.Json;
using CsCheck;
using RosFL.Imaging;
using RosFL.Imaging.Splits;

namespace RosFL.Tests.Imaging.Splits;

/// <summary>A person is in one split only, whatever the numbers; splits are full where they can be, and the seed decides all.</summary>
public sealed class SubjectSplitTests
{
    [Fact]
    public void Split_anySubjects_keepsPersonsApartAndLosesNobody() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 4], Gen.Double[0.01, 0.45], Gen.Double[0.01, 0.45], Gen.Long).Check(200, drawn =>
        {
            var (subjects, each, validation, test, seed) = drawn;
            var cases = Cases(subjects, each);
            var split = SubjectSplit.Of(cases, validation, test, seed);
            var persons = Enum.GetValues<Split>().Select(s => split[s].Select(c => c.Subject).ToHashSet()).ToArray();
            Assert.Equal(subjects, persons.Sum(p => p.Count));
            Assert.Equal(cases.Count, split.Train.Count + split.Validation.Count + split.Test.Count);
            Assert.NotEmpty(split.Train);
            Assert.True(subjects < 3 || persons.All(p => p.Count > 0));
        });

    [Fact]
    public void Split_sameSeed_isTheSameAndOtherSeedsDiffer()
    {
        var cases = Cases(30, 1);
        string Of(long seed) => JsonSerializer.Serialize(SubjectSplit.Of(cases, 0.2, 0.2, seed));
        Assert.Equal(Of(1), Of(1));
        Assert.NotEqual(Of(1), Of(2));
    }

    [Fact]
    public void Split_prescribedByTheLayout_isKeptAndValidationStaysEmpty()
    {
        Case[] cases = [new("a", "a", Split.Train), new("b", "b", Split.Test), new("c", "c", Split.Test)];
        var split = SubjectSplit.Of(cases, 0.3, 0.3, seed: 1);
        Assert.Equal(["a"], split.Train.Select(c => c.Name));
        Assert.Empty(split.Validation);
        Assert.Equal(["b", "c"], split.Test.Select(c => c.Name));
    }

    [Fact]
    public void SplitTable_throughJson_isUnchanged()
    {
        var table = new SplitTable(new Dictionary<string, SiteSplit> { ["north"] = SubjectSplit.Of(Cases(5, 2), 0.2, 0.2, 1) });
        var json = JsonSerializer.Serialize(table);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<SplitTable>(json)));
        Assert.Contains("north", json, StringComparison.Ordinal);
    }

    internal static IReadOnlyList<Case> Cases(int subjects, int each) =>
        [.. Enumerable.Range(0, subjects).SelectMany(s => Enumerable.Range(0, each).Select(i => new Case($"s{s}_{i}", $"s{s}")))];
}
