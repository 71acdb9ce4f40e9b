namespace RosFL.Imaging.Formats;

/// <summary>
/// What came of a folder of DICOM files: the NIfTI volumes, named by a counter; each file that was refused, with the reason; and how many
/// files the converter left out as copies of others.
/// </summary>
public sealed record DicomConversion(IReadOnlyList<string> Volumes, IReadOnlyList<RefusedFile> Refused, int Duplicates);

/// <summary>A file that was not used; <paramref name="Reason"/> continues the sentence "File '...' ".</summary>
public sealed record RefusedFile(string Path, string Reason);
