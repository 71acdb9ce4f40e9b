using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace RosFL.Grpc.Hosting;

/// <summary>Lets a party's process run as a systemd unit (<c>Type=notify</c>) or a Windows service; started by hand nothing changes.</summary>
public static class ServiceHosting
{
    /// <param name="name">Name of the Windows service, e.g. rosfl-site.</param>
    public static WebApplicationBuilder AddServiceHosting(this WebApplicationBuilder builder, string name)
    {
        builder.Services.AddSystemd();
        builder.Services.AddWindowsService(options => options.ServiceName = name);
        return builder;
    }
}
