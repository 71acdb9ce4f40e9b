using System.ServiceProcess;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RosFL.Grpc.Hosting;

/// <summary>Lets a party's process run as a systemd unit (<c>Type=notify</c>) or a Windows service; started by hand nothing changes.</summary>
public static class ServiceHosting
{
    /// <param name="name">Name of the Windows service, e.g. rosfl-ca.</param>
    public static WebApplicationBuilder AddServiceHosting(this WebApplicationBuilder builder, string name)
    {
        Add(builder.Services, name);
        return builder;
    }

    private const int ServiceSpecificError = 1066; // a code of Windows

    /// <summary>Does a party's work until it ends, or until the service manager (SIGTERM, a Windows service's stop) asks; then it returns as a process that is done.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> ended it.</exception>
    public static async Task RunAsync(string name, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        Add(builder.Services, name);
        var doing = new Work(work);
        builder.Services.AddSingleton<IHostedService>(provider =>
        {
            doing.Application = provider.GetRequiredService<IHostApplicationLifetime>();
            doing.Host = provider.GetRequiredService<IHostLifetime>();
            return doing;
        });
        using var host = builder.Build();
        await host.RunAsync(cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (doing.Failure is { } failure) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    private static void Add(IServiceCollection services, string name)
    {
        services.AddSystemd();
        services.AddWindowsService(options => options.ServiceName = name);
    }

    private sealed class Work(Func<CancellationToken, Task> work) : BackgroundService
    {
        public IHostApplicationLifetime? Application { get; set; }

        public IHostLifetime? Host { get; set; }

        public Exception? Failure { get; private set; }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                await Task.Run(() => work(stoppingToken), stoppingToken);
            }
            catch (Exception stopped) when (stoppingToken.IsCancellationRequested && stopped is (OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled }))
            {
                // asked to stop
            }
            catch (Exception failure)
            {
                Failure = failure;
                // else Windows takes a service that ends for one that is done, and does not start it again
                if (OperatingSystem.IsWindows() && Host is ServiceBase service) service.ExitCode = ServiceSpecificError;
            }
            finally
            {
                Application?.StopApplication();
            }
        }
    }
}
