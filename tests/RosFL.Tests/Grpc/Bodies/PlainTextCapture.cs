namespace RosFL.Tests.Grpc.Bodies;

/// <summary>Everything that a site's connection carries both ways, as it is before encryption.</summary>
internal sealed class PlainTextCapture
{
    private readonly Lock gate = new();
    private readonly MemoryStream bytes = new();

    public long Length
    {
        get
        {
            lock (gate) return bytes.Length;
        }
    }

    /// <summary>Puts the capture between HTTP/2 and TLS.</summary>
    public void Attach(SocketsHttpHandler handler) =>
        handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new Tap(context.PlaintextStream, this));

    public bool Contains(ReadOnlySpan<byte> pattern)
    {
        lock (gate) return bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf(pattern) >= 0;
    }

    private void Add(ReadOnlySpan<byte> piece)
    {
        lock (gate) bytes.Write(piece);
    }

    private sealed class Tap(Stream inner, PlainTextCapture capture) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            capture.Add(buffer.Span[..read]);
            return read;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            capture.Add(buffer.Span);
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
