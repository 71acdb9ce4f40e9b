using System.CommandLine;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl init</c>: a commented run file to begin from.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var task = new Argument<string>("TASK") { Description = string.Join(", ", Tasks) };
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "File to write (never overwritten); without it the run file is printed." };
        var command = new Command("init", "Write a commented run file.") { task, output };
        command.SetAction(parsed =>
        {
            var text = RunTemplate.Commented(TaskOf(parsed.GetValue(task)!));
            if (parsed.GetValue(output) is not { } path) Console.Write(text);
            else
            {
                NewFile.RequireFree(path);
                AtomicFile.WriteText(path, text);
            }
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static string[] Tasks => [.. Enum.GetNames<StudyTask>().Select(name => name.ToLowerInvariant())];

    private static StudyTask TaskOf(string name) => Tasks.Contains(name.ToLowerInvariant()) ? Enum.Parse<StudyTask>(name, ignoreCase: true)
        : throw new RosflException(ExitCode.Usage, $"Task '{name}' is unknown; {NearestName.Suggest(name, Tasks)}");
}
