// TorchSharp reads a Scalar's native handle and calls native code without keeping the Scalar alive: a collection that another thread's
// allocations start in between frees it ("Expected false to be true" out of addcmul_). One test at a time leaves no such thread.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
