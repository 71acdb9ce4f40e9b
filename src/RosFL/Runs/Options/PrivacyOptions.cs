using System.Text.Json.Serialization;

namespace RosFL.Runs;

/// <summary>What hides from the servers what sites send. Guards cost score; <c>rosfl audit</c> shows what they buy.</summary>
public sealed record PrivacyOptions
{
    /// <summary>How the merge of what sites hold is hidden from the aggregation server; all but <c>none</c> need three sites and imply algorithm.merge <c>fixed24</c>. Default <c>auto</c>: <c>malicious</c> in a networked study of three sites or more that takes a mean, <c>none</c> in every other and in <c>simulate</c>.</summary>
    public SecureAggregationKind SecureAggregation { get; init; }

    /// <summary>Whether a sum of masked vectors is all that the aggregation server sees of what sites hold.</summary>
    [JsonIgnore]
    public bool HidesParts => SecureAggregation is SecureAggregationKind.Curious or SecureAggregationKind.Malicious;

    /// <summary>Whether parts are summed as integers that no party reads alone.</summary>
    [JsonIgnore]
    public bool SumsIntegers => HidesParts || SecureAggregation == SecureAggregationKind.Paillier;

    /// <summary>Largest root mean square of one image's smashed values, to which larger ones are scaled down; 0 does not clip.</summary>
    public double SmashedClip { get; init; }

    /// <summary>Standard deviation of Gaussian noise on smashed values, as a multiple of <see cref="SmashedClip"/>, or of the image's own root mean square where nothing clips; 0: none.</summary>
    public double SmashedNoise { get; init; }

    /// <summary>As <see cref="SmashedClip"/>, for the features' gradient.</summary>
    public double GradientClip { get; init; }

    /// <summary>As <see cref="SmashedNoise"/>, for the features' gradient, as a multiple of <see cref="GradientClip"/>.</summary>
    public double GradientNoise { get; init; }

    /// <summary>What the body's side gets to see of the features' gradient, which tells most of the labels. Needs a body at the computation server. Default <c>exact</c>.</summary>
    public GradientKind Gradient { get; init; }

    /// <summary>Positions along each axis over which the features' gradient is averaged before it leaves, so that it tells where a label begins only to so many positions; 1: none.</summary>
    public int GradientRegion { get; init; } = 1;

    /// <summary>What the head pays for, while it trains, so that its output tells less of the image. It stays inside the site.</summary>
    public HeadPenaltyKind HeadPenalty { get; init; }

    /// <summary>How much it pays: the penalty, 0 to 1, times this is added to the loss that the head's gradient comes from.</summary>
    public double HeadPenaltyWeight { get; init; } = 1;
}

public enum GradientKind
{
    /// <summary>Every image's own.</summary>
    Exact,

    /// <summary>The mean over the batch, for every image of it.</summary>
    Mixed,

    /// <summary>Zeros: the body keeps the weights that it starts from, and the head learns through its skips alone.</summary>
    Withheld,

    /// <summary>In place of the loss's that of the error with which a decoder at the site draws the image from the features: no label enters it, and the body learns to keep the image.</summary>
    SelfSupervised,
}

public enum HeadPenaltyKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Distance correlation of images and smashed values in a batch of two or more (NoPeek).</summary>
    DistanceCorrelation,

    /// <summary>The share of the image's variance that a decoder, trained beside the head, draws from the smashed values.</summary>
    Adversary,
}

public enum SecureAggregationKind
{
    /// <summary>Left to the kind of study: see <see cref="PrivacyOptions.SecureAggregation"/>.</summary>
    Auto,

    /// <summary>The aggregation server sees every site's parts.</summary>
    None,

    /// <summary>Masked sums, threshold floor(N/2)+1: the server follows the protocol and reads all it gets.</summary>
    Curious,

    /// <summary>Masked sums, threshold floor(2N/3)+1: the server may lie.</summary>
    Malicious,

    /// <summary>Homomorphic sums as in DC-SFL, for comparison: the server together with any one site sees everything. Simulation only.</summary>
    Paillier,
}
