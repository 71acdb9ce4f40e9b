using RosFL.Runs;

namespace RosFL.Models;

/// <summary>
/// The folder of an assembled model. Nothing in it is overwritten.
/// <code>
/// model.safetensors   all weights, float32, with PyTorch's names
/// model.onnx          the same network for OnnxRuntime; batch and spatial axes are open
/// model-card.json     counts, rounds, scores, preprocessing, hashes
/// model-card.md       the same to be read
/// </code>
/// </summary>
public static class ModelFolder
{
    public const string Safetensors = "model.safetensors", Onnx = "model.onnx", CardJson = "model-card.json", CardText = "model-card.md";

    /// <param name="onnx">Whether to write model.onnx.</param>
    /// <param name="card">The card of the files written.</param>
    /// <exception cref="RosflException">A model is there already, or the network has no ONNX form.</exception>
    public static ModelCard Write(string folder, WholeModel model, bool onnx, Func<IReadOnlyList<CardFile>, ModelCard> card)
    {
        Refuse(folder);
        Directory.CreateDirectory(folder);
        if (onnx) model.WriteOnnx(Path.Combine(folder, Onnx));
        model.WriteSafetensors(Path.Combine(folder, Safetensors));
        string[] written = onnx ? [Safetensors, Onnx] : [Safetensors];
        var made = card([.. written.Select(name => File(folder, name))]);
        AtomicFile.WriteText(Path.Combine(folder, CardJson), made.Json());
        AtomicFile.WriteText(Path.Combine(folder, CardText), ModelCardText.Of(made));
        return made;
    }

    /// <exception cref="RosflException">A model is there already.</exception>
    public static void Refuse(string folder)
    {
        foreach (var name in new[] { Safetensors, Onnx, CardJson, CardText })
            if (System.IO.File.Exists(Path.Combine(folder, name)))
                throw new RosflException(ExitCode.Usage, $"Folder '{folder}' has a {name} already, which is not overwritten: name another folder with --out.");
    }

    private static CardFile File(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return new(name, new FileInfo(path).Length, FileHash.Of(path));
    }
}
