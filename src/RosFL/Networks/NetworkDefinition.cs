namespace RosFL.Networks;

/// <summary>A network with what a cut must know of it.</summary>
/// <param name="Network">Levels around a bottom.</param>
/// <param name="DownChannels">For each level, the channels that leave it on the way down.</param>
/// <param name="UpChannels">For each level, the channels that it takes on the way up.</param>
public sealed record NetworkDefinition(UNetwork Network, IReadOnlyList<int> DownChannels, IReadOnlyList<int> UpChannels)
{
    /// <summary>Pixels that an image needs along each axis.</summary>
    public required int SmallestSide { get; init; }
}
