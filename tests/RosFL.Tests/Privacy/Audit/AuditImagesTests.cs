using System.Globalization;
using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>Who is shown to whom: the network, the attackers, the victims and the gallery.</summary>
public class AuditImagesTests
{
    private static readonly RunOptions Run = new() { Preprocessing = new() { Intensity = IntensityKind.None } };

    [Fact]
    public void Images_ofOnePerson_areOnOneSideOnly()
    {
        using var scope = NewDisposeScope();
        var images = Of(persons: 40);
        var (members, auxiliary) = (Shown(step => images.Members(step, 16)), Shown(step => images.Auxiliary(step, 16)));
        var (heldOut, victims) = (PersonsOf(images.HeldOut(64)), PersonsOf(images.Load(images.Victims())));
        Assert.Empty(victims.Intersect(members));
        Assert.Empty(victims.Intersect(auxiliary));
        Assert.Empty(victims.Intersect(heldOut));
        Assert.Empty(heldOut.Intersect(auxiliary));
        Assert.Equal(images.Persons, members.Union(victims).Count());
    }

    [Theory]
    [InlineData(40, 40)]
    [InlineData(120, 100)]
    public void Gallery_hasOneImageOfEachPersonUpToAHundred(int persons, int expected)
    {
        using var scope = NewDisposeScope();
        var images = Of(persons);
        var shown = images.Victims();
        var gallery = new Gallery(images, new Intensities(0, 200), shown, Run.Audit.Gallery);
        Assert.Equal(expected, gallery.Count);
        Assert.Equal(1, gallery.Identified(images.Load(shown).Images));
        Assert.Equal(0, gallery.Identified(images.Load(shown).Images.roll(1, 0)));
    }

    private static AuditImages Of(int persons) => new(new Study(Run), SiteImages.Open(Run, [new NumberedPersons(persons)])[0], null);

    private static HashSet<int> Shown(Func<int, Batch> batch) => [.. Enumerable.Range(0, 40).SelectMany(step => PersonsOf(batch(step)))];

    private static HashSet<int> PersonsOf(Batch batch) => [.. batch.Images.amin([1, 2, 3]).data<float>().Select(value => (int)value)];

    /// <summary>Three images of each person, all alike: every pixel is the person's number, but for one as far in as the number is.</summary>
    private sealed class NumberedPersons(int persons) : IDataset
    {
        public string Site => "numbered";

        public IReadOnlyList<Case> Cases { get; } =
            [.. from person in Enumerable.Range(0, persons) from image in Enumerable.Range(0, 3) select new Case($"{person}_{image}", $"{person}")];

        public Example Load(Case @case)
        {
            var person = int.Parse(@case.Subject, CultureInfo.InvariantCulture);
            var values = Enumerable.Range(0, 256).Select(i => i == person ? person + 1f : person).ToArray();
            return new(new Picture(values, 1, 16, 16), new Picture(values, 1, 16, 16));
        }
    }
}
