using System.Reflection;
using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>Every method of every service that carries something of a study is closed to an officer, at both servers while they train.</summary>
public sealed class OfficerTests
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(value => value, value => value);

    /// <summary>All that the program's own library defines.</summary>
    private static IReadOnlyList<IMethod> Methods =>
    [
        .. from type in typeof(AggregationServer).Assembly.GetTypes()
           where !type.ContainsGenericParameters
           from method in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           where typeof(IMethod).IsAssignableFrom(method.FieldType)
           select (IMethod)method.GetValue(null)!, // static and of a class without type parameters, so it has a value
    ];

    [Fact]
    public async Task Officer_isRefusedByEveryServiceOfAStudy()
    {
        Assert.Equal(["rosfl.v1.Bodies", "rosfl.v1.BodyHosts", "rosfl.v1.Federation", "rosfl.v1.Release"], Methods.Select(m => m.ServiceName).Distinct().Order(StringComparer.Ordinal));
        using var study = new HostedStudy(sites: 2, rounds: 1);
        Task<IReadOnlyList<RpcException>>? officer = null, site = null;
        var serving = study.ServeAsync(told =>
        {
            if (told is not SimulationProgress.Stepped { Step: { Step: 0, Site: "hospital-1" } }) return;
            officer = AnswersAsync(study, study.NewCredentials(new(PartyRole.Officer, "office")));
            site = AnswersAsync(study, study.PartyOf("hospital-2").Open(TimeProvider.System));
        });
        await foreach (var ended in Task.WhenEach([serving, .. study.Sites.Select(name => study.JoinAsync(name, CancellationToken.None))])) await ended;

        var refusals = await officer!;
        Assert.Equal(2 * Methods.Count, refusals.Count);
        Assert.All(refusals, refused => Assert.Equal((StatusCode.PermissionDenied, true), (refused.StatusCode, refused.Status.Detail.Contains("officer/office is none", StringComparison.Ordinal))));
        // the same calls of a site come as far as the services that are a site's
        Assert.Equal(3, (await site!).Count(answer => answer.StatusCode is not (StatusCode.PermissionDenied or StatusCode.Unimplemented)));
        await study.EndAsync();
    }

    /// <summary>What each server says to an empty message to each method.</summary>
    private static async Task<IReadOnlyList<RpcException>> AnswersAsync(HostedStudy study, PartyCredentials caller)
    {
        using var credentials = caller;
        var answers = new List<RpcException>();
        foreach (var (server, role) in new[] { (HostedStudy.Aggregation, PartyRole.AggregationServer), (HostedStudy.Computation, PartyRole.ComputationServer) })
        {
            using var channel = credentials.NewChannel(new Uri(study.Address(server)), role);
            foreach (var method in Methods)
                answers.Add(await Assert.ThrowsAsync<RpcException>(async () =>
                    await channel.CreateCallInvoker().AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, method.ServiceName, method.Name, Bytes, Bytes), null, default, [])));
        }
        return answers;
    }
}
