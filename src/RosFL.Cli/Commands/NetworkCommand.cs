using System.CommandLine;
using System.Globalization;
using RosFL.Cli.Display;
using RosFL.Networks;
using RosFL.Runs;
using RosFL.Training;
using Spectre.Console;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl network</c>: what each cut of a network costs.</summary>
internal static class NetworkCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "red-cnn, unet, residual-unet, attention-unet" };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 256, Description = "Pixels along each side of an image." };
        var channels = new Option<int>("--channels") { DefaultValueFactory = _ => 32, Description = "Channels of the outermost level." };
        var levels = new Option<int>("--levels") { DefaultValueFactory = _ => 4, Description = "Levels around the bottom (RED-CNN has 4)." };
        var dimensions = new Option<int>("--dimensions") { DefaultValueFactory = _ => 2, Description = "2 or 3." };
        var narrow = new Option<int>("--narrow") { Description = "Channels of a narrow cut; 0 leaves the cut as it is." };
        var stride = new Option<int>("--stride") { DefaultValueFactory = _ => 1, Description = "Stride of the narrow cut." };
        var command = new Command("network", "Levels, shapes, parameters, operations and bytes per step at each cut.") { name, size, channels, levels, dimensions, narrow, stride };
        command.SetAction(parsed =>
        {
            var network = new NetworkOptions
            {
                Name = parsed.GetValue(name)!,
                Channels = parsed.GetValue(channels),
                Levels = parsed.GetValue(levels),
                Dimensions = parsed.GetValue(dimensions),
            };
            RefuseUnused(parsed, network.Name, ("levels", levels), ("dimensions", dimensions));
            TorchEnvironment.Prepare(Environment.ProcessorCount);
            Print(network, parsed.GetValue(size), parsed.GetValue(narrow), parsed.GetValue(stride));
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static void RefuseUnused(ParseResult parsed, string network, params (string Name, Option Option)[] options)
    {
        if (!NetworkCatalog.Names.Contains(network))
            throw new RosflException(ExitCode.Usage, $"Network '{network}' is unknown; {NearestName.Suggest(network, NetworkCatalog.Names)}");
        var used = NetworkCatalog.OptionsOf(network);
        foreach (var (name, option) in options)
            if (parsed.GetResult(option) is { Implicit: false } && !used.Contains(name))
                throw new RosflException(ExitCode.Usage, $"Option '{option.Name}' has no effect on network '{network}': leave it out.");
    }

    private static void Print(NetworkOptions network, int size, int narrow, int stride)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .Title(Markup.Escape($"{network.Name}, {network.Channels} channels, one image of {string.Join('x', Enumerable.Repeat(size, network.Dimensions))}"))
            .AddColumns("cut", "smashed", "features", "head + tail", "body", "site MMACs", "body MMACs", "bytes per step");
        for (var depth = 1; depth <= NetworkCatalog.LevelsOf(network); depth++)
        {
            var cost = CutCost.Of(network, new CutOptions { Depth = depth, NarrowChannels = narrow, NarrowStride = stride }, size);
            table.AddRow($"{depth}", Shape(cost.Smashed), Shape(cost.Features), Count(cost.SiteParameters), Count(cost.BodyParameters),
                Count(cost.SiteMacs / 1_000_000), Count(cost.BodyMacs / 1_000_000), Lines.Bytes(cost.BytesPerStep));
        }
        AnsiConsole.Write(table);
    }

    private static string Shape(long[] shape) => string.Join('x', shape.Skip(1));

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
