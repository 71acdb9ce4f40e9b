using System.CommandLine;
namespace RosFL.Cli.Commands;
internal static class DataCommand { public static Command Create() => new("data"); }
internal static class PredictCommand { public static Command Create() => new("predict"); }
internal static class CompareCommand { public static Command Create() => new("compare"); }
