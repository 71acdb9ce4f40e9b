namespace RosFL.Imaging.Preprocessing;

/// <summary>
/// Keeps the cases used last, up to a number of bytes for all sites together, so that memory does not grow with the data. A case that
/// two threads want at once is made once. What was dropped is made again, with the same bits.
/// </summary>
/// <param name="limit">Bytes; one case beyond it is still handed out, but not kept.</param>
public sealed class PictureCache(long limit)
{
    private readonly Lock gate = new();
    private readonly Dictionary<object, LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> lastUsedFirst = [];

    /// <summary>Bytes kept now.</summary>
    public long Bytes { get; private set; }

    public Prepared Get(object key, Func<Prepared> make)
    {
        var entry = Find(key, make);
        try
        {
            var value = entry.Value.Value;
            Count(entry, value.Bytes);
            return value;
        }
        catch
        {
            Forget(entry);
            throw;
        }
    }

    private Entry Find(object key, Func<Prepared> make)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var node))
                lastUsedFirst.Remove(node);
            else
                entries.Add(key, node = new(new Entry(key, new(make))));
            lastUsedFirst.AddFirst(node);
            return node.Value;
        }
    }

    private void Count(Entry entry, long bytes)
    {
        lock (gate)
        {
            if (entry.Bytes > 0 || !IsKept(entry))
                return;
            entry.Bytes = bytes;
            Bytes += bytes;
            for (var node = lastUsedFirst.Last; node is not null && Bytes > limit;)
            {
                var before = node.Previous;
                if (node.Value.Bytes > 0) // the others are still being made
                    Remove(node.Value);
                node = before;
            }
        }
    }

    private void Forget(Entry entry)
    {
        lock (gate)
            if (IsKept(entry))
                Remove(entry);
    }

    private bool IsKept(Entry entry) => entries.TryGetValue(entry.Key, out var node) && node.Value == entry;

    private void Remove(Entry entry)
    {
        entries.Remove(entry.Key, out var node);
        lastUsedFirst.Remove(node!); // its caller found it in entries
        Bytes -= entry.Bytes;
    }

    private sealed class Entry(object key, Lazy<Prepared> value)
    {
        public object Key { get; } = key;

        public Lazy<Prepared> Value { get; } = value;

        public long Bytes { get; set; }
    }
}

