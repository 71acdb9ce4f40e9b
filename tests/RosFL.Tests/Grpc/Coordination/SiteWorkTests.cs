using Grpc.Core;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Tests.Federation;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>What a site does, whichever connection it has.</summary>
public sealed class SiteWorkTests
{
    /// <summary>The answer was lost with the connection, and the server tells it again over the next: there too nothing follows.</summary>
    [Fact]
    public async Task Finish_thatComesAgain_isAnsweredAgainAndEndsTheSending()
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        var work = new SiteWork(study.Sites[0], study.Study);
        using var stop = new CancellationTokenSource();
        var working = work.RunAsync(stop.Token);
        for (var connection = 0; connection < 2; connection++)
        {
            var sent = new SentMessages();
            var sending = work.SendAsync(new(sent), stop.Token);
            work.Take(new(new SiteCommand { Number = 1, Finish = true }, new Position { Study = study.Study.Id }, Model.Empty, []));
            await sending.WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(1, sent.Count);
        }
        await stop.CancelAsync();
        await working;
    }

    private sealed class SentMessages : IAsyncStreamWriter<TensorFrame<SiteMessage>>
    {
        public int Count { get; private set; }

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(TensorFrame<SiteMessage> message)
        {
            Count++;
            return Task.CompletedTask;
        }

        public Task WriteAsync(TensorFrame<SiteMessage> message, CancellationToken cancellationToken) => WriteAsync(message);
    }
}
