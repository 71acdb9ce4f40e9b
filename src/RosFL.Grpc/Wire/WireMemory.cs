using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace RosFL.Grpc.Wire;

/// <summary>
/// The web server's buffers in blocks of <see cref="BlockBytes"/> where it has 4 KiB of its own: it reads the socket, encrypts and hands on one block at a
/// time, and a tensor is many of them.
/// </summary>
internal sealed class WireMemory : IMemoryPoolFactory<byte>
{
    public const int BlockBytes = 32 * 1024;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Blocks();

    private sealed class Blocks : MemoryPool<byte>
    {
        private const int MostKept = 512;
        private readonly ConcurrentQueue<Block> free = [];

        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
            return free.TryDequeue(out var block) ? block : new Block(this);
        }

        protected override void Dispose(bool disposing) => free.Clear();

        private void Return(Block block)
        {
            if (free.Count < MostKept) free.Enqueue(block);
        }

        private sealed class Block(Blocks owner) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

            public void Dispose() => owner.Return(this);
        }
    }
}
