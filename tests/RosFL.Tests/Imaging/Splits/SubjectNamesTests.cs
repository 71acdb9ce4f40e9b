using RosFL.Imaging.Splits;
using RosFL.Runs;
using RosFL.Tests.Imaging.Formats;

namespace RosFL.Tests.Imaging.Splits;

/// <summary>Who is on an image comes from the pattern, the table or a waiver, and from nothing else.</summary>
public sealed class SubjectNamesTests
{
    [Fact]
    public void Pattern_bothEyesOfAChild_areOnePerson()
    {
        var names = SubjectNames.Of(new DataOptions { SubjectPattern = @"^(chase_\d+)[LR]" });
        Assert.Equal(names.Subject("england", "x/chase_02L.png"), names.Subject("england", "x/chase_02R.png"));
    }

    [Theory]
    [InlineData(1, 2, true)]
    [InlineData(2, 3, false)]
    [InlineData(33, 34, true)]
    public void SubjectGroup_ofTwo_pairsOddWithTheNextEven(int a, int b, bool same)
    {
        var names = SubjectNames.Of(new DataOptions { SubjectPattern = @"_(\d+)", SubjectGroup = 2 });
        string Of(int n) => names.Subject("s", $"hippocampus_{n:000}.nii.gz");
        Assert.Equal(same, Of(a) == Of(b));
    }

    [Fact]
    public void Unknown_withoutWaiver_isRefusedWithTheRemedy()
    {
        var error = Assert.Throws<RosflException>(() => SubjectNames.Of(new DataOptions()).Subject("north", "a.png"));
        Assert.Equal(ExitCode.InvalidData, error.Code);
        Assert.Contains("data.subjectIsFile", error.Message, StringComparison.Ordinal);
        Assert.Equal("a", SubjectNames.Of(new DataOptions { SubjectIsFile = true }).Subject("north", "a.png"));
    }

    [Fact]
    public void Pattern_thatMissesAFile_isRefused() =>
        Assert.Throws<RosflException>(() => SubjectNames.Of(new DataOptions { SubjectPattern = "^p([0-9]+)" }).Subject("north", "q7.png"));

    [Fact]
    public void Table_withSites_tellsSubjectAndSite()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder.File("subjects.csv"), "site,file,subject\nnorth,a.png,p1\nsouth,b.png,p2\nsouth,a,p3\n");
        var names = SubjectNames.Of(new DataOptions { Path = folder.Path, SubjectsFile = "subjects.csv" });
        Assert.Equal(["north", "south"], names.Table!.Sites);
        Assert.Equal("p1", names.Subject("north", "a.png"));
        Assert.Equal("p3", names.Subject("south", "a.png"));
        Assert.False(names.Table.IsAt("north", "b.png"));
        Assert.Throws<RosflException>(() => names.Subject("north", "b.png"));
    }

    [Theory]
    [InlineData("name,person\na,b\n")]
    [InlineData("file,subject\na.png\n")]
    [InlineData("file,subject\na.png,1\na.nii.gz,2\n")]
    [InlineData("")]
    public void Table_malformed_isRefused(string content)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder.File("s.csv"), content);
        Assert.Throws<RosflException>(() => SubjectTable.Read(folder.File("s.csv")));
    }
}
