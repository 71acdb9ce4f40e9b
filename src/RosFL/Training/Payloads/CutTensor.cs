namespace RosFL.Training.Payloads;

/// <summary>Names of the four tensors that cross the cut.</summary>
public static class CutTensor
{
    public const string Smashed = "smashed", Features = "features", FeaturesGradient = "features-gradient", SmashedGradient = "smashed-gradient";
}
