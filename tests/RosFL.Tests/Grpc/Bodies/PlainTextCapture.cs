namespace RosFL.Tests.Grpc.Bodies;

/// <summary>Everything that connections carry, as it is before encryption, each direction by itself.</summary>
internal sealed class PlainTextCapture
{
    private readonly Lock gate = new();
    private readonly List<MemoryStream> directions = [];

    public long Length
    {
        get
        {
            lock (gate) return directions.Sum(d => d.Length);
        }
    }

    /// <summary>Puts the capture between HTTP/2 and TLS.</summary>
    public void Attach(SocketsHttpHandler handler) =>
        handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new Tap(context.PlaintextStream, NewDirection(), NewDirection()));

    public bool Contains(byte[] pattern)
    {
        lock (gate) return directions.Exists(d => d.GetBuffer().AsSpan(0, (int)d.Length).IndexOf(pattern) >= 0);
    }

    /// <summary>Keeps what one direction of a connection carries, piece by piece.</summary>
    public Action<ReadOnlyMemory<byte>> NewDirection()
    {
        var bytes = new MemoryStream();
        lock (gate) directions.Add(bytes);
        return piece =>
        {
            lock (gate) bytes.Write(piece.Span);
        };
    }

    private sealed class Tap(Stream inner, Action<ReadOnlyMemory<byte>> incoming, Action<ReadOnlyMemory<byte>> outgoing) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            incoming(buffer[..read]);
            return read;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            outgoing(buffer);
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
