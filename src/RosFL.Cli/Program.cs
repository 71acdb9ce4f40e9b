using RosFL.Cli;
using RosFL.Cli.Commands;

return await CommandLine.RunAsync(RosflCommand.Create(), args);
