using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace RosFL.Grpc.Hosting;

/// <summary>How a party's process logs: structured lines on standard error, warnings and worse, or from ROSFL_LOG on (debug, information, ...).</summary>
internal static class PartyLogging
{
    public static void Configure(ILoggingBuilder logging)
    {
        var level = Enum.TryParse<LogLevel>(Environment.GetEnvironmentVariable("ROSFL_LOG"), ignoreCase: true, out var asked) ? asked : LogLevel.Warning;
        logging.ClearProviders().SetMinimumLevel(level).AddJsonConsole(json => json.UseUtcTimestamp = true);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
