import Base
import Driver
import Foundation
import Imaging
import Strategy
import TensorFiles
import TestSupport
import Testing

/// Every command of `docs/EXCHANGE.md`, as it stands there, in the order in which it stands there; and its Python.
@Suite(.enabled(if: Trainer.isAvailable, "unetc-trainer.o is not there: run `make test`"))
struct ExchangeGuideTests {
    @Test func examplesDoWhatTheGuideSays() throws {
        let folder = try TemporaryFolder()
        try prepare(folder.path)
        let guide = try Guide("docs/EXCHANGE.md")
        let commands = guide.lines("sh")
        #expect(commands.count > 15, "the guide's commands stand between ```sh and ```")
        for command in commands {
            let (status, output) = try Guide.run(command, in: folder.path)
            try #require(status == 0, "\(command)\nends with \(status):\n\(output)")
        }
        try comparePictures(folder.path)
        try compareModule(guide, folder.path)
    }

    // MARK: Python

    /// What the guide's Python loads computes what the graph does.
    private func compareModule(_ guide: Guide, _ folder: String) throws {
        let loader = try #require(guide.texts("python").first { $0.contains("load_state_dict") })
        let run = "unetc run graphs/unet-small.graph --weights weights.safetensors --inputs inputs.safetensors"
        #expect(try Guide.run(run + " --outputs ours.safetensors", in: folder).status == 0)
        let comparison = """
            inputs, ours = load("inputs.safetensors"), load("ours.safetensors")
            with torch.no_grad():
                print(float((net(inputs["image"]) - ours["logits"]).abs().max()))
            """
        guard let found = try python(loader + comparison, needs: ["torch"], in: folder) else { return }
        #expect(try #require(Double(found), "\(found)") <= 1e-5)
    }

    /// The model that takes pictures marks the pixels that `predict` does: all but those whose probability is the threshold, within
    /// 1/1000.
    private func comparePictures(_ folder: String) throws {
        let comparison = """
            import glob, numpy, onnxruntime
            from PIL import Image
            session = onnxruntime.InferenceSession("pictures.onnx", providers=["CPUExecutionProvider"])
            shares = []
            for path in sorted(glob.glob("data/images/*.png")):
                picture = numpy.asarray(Image.open(path).convert("RGB"))[None]
                mask, probabilities = session.run(None, {session.get_inputs()[0].name: picture})
                mask, is_clear = mask[0], abs(probabilities[0, ..., 0] - 0.5) > 1e-3
                expected = numpy.asarray(Image.open(path.replace("data/images", "masks"))) > 0
                assert mask.shape == expected.shape, (path, mask.shape, expected.shape)
                shares.append((((mask > 0) != expected) & is_clear).mean())
                assert 0.02 < expected.mean() < 0.98, f"{path}: {expected.mean()} of it is marked"
            print(max(shares))
            """
        guard let found = try python(comparison, needs: ["numpy", "onnxruntime", "PIL"], in: folder) else { return }
        #expect(try #require(Double(found), "\(found)") <= 0.001)
    }

    /// The last line of what a Python prints; nil where there is none with the packages, which is said.
    private func python(_ text: String, needs packages: [String], in folder: String) throws -> String? {
        guard let python = try? PythonProgram.find(nil, variable: "UNETC_ONNX_PYTHON", packages: packages) else {
            print("not run: there is no Python with \(packages.joined(separator: ", "))")
            return nil
        }
        try text.write(toFile: folder + "/example.py", atomically: true, encoding: .utf8)
        let (status, output) = try Guide.run("'\(python.path)' example.py", in: folder)
        try #require(status == 0, "\(output)")
        return output.split(separator: "\n").last.map(String.init)
    }

    // MARK: What the commands read

    private func prepare(_ folder: String) throws {
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder + "/graphs", withDestinationPath: checkoutFolder() + "/graphs")
        let small = try tensors("unet-small")
        try write(small, to: folder + "/weights.safetensors")
        try Data(torchFile(small)).write(to: URL(fileURLWithPath: folder + "/weights.pt"))
        // torchvision's names: of the encoder alone, and a head for classes of pictures.
        let encoder = try tensors("unet-resnet34").compactMap { tensor in
            tensor.name.hasPrefix("encoder.")
                ? (String(tensor.name.dropFirst("encoder.".count)), tensor.shape, tensor.values) : nil
        }
        let whole = encoder + [("fc.weight", [1000, 512], Array(repeating: 0, count: 512_000))]
        try Data(torchFile(whole)).write(to: URL(fileURLWithPath: folder + "/resnet34.pth"))
        var random = SplitMix64(seed: 2)
        let image = (0..<2 * 3 * 64 * 64).map { _ in Float(random.unit()) }
        try write(
            [("image", [2, 3, 64, 64], image), ("mask", [2, 1, 64, 64], Array(repeating: 1, count: 2 * 64 * 64))],
            to: folder + "/inputs.safetensors")
        try writePictures(folder + "/data")
    }

    private typealias NamedTensor = (name: String, shape: [Int], values: [Float])

    /// Parameters of a graph, all different and none zero; variances above 0.
    private func tensors(_ graph: String) throws -> [NamedTensor] {
        let session = try Session(path: checkoutFolder() + "/graphs/\(graph).graph", overrides: [])
        var random = SplitMix64(seed: 7)
        return session.graph.parameters.map { id in
            let (name, shape) = (session.graph[id].name, session.graph[id].type.shape)
            let fan = Double(max(1, shape.dropFirst().reduce(1, *))).squareRoot()
            let values = (0..<shape.reduce(1, *)).map { _ in
                Float(
                    shape.count > 1
                        ? (random.unit() - 0.5) * 3 / fan : random.unit() * 0.1 + (name.hasSuffix("bias") ? 0 : 1))
            }
            return (name, shape, values)
        }
    }

    private func write(_ tensors: [NamedTensor], to path: String) throws {
        var writer = SafetensorsWriter()
        for tensor in tensors { try writer.add(tensor.name, shape: tensor.shape, values: tensor.values) }
        try writer.write(to: path)
    }

    /// As `torch.save` writes a `state_dict`.
    private func torchFile(_ tensors: [NamedTensor]) -> [UInt8] {
        let stored = tensors.enumerated().map { place, tensor in
            let strides = tensor.shape.indices.map { tensor.shape[($0 + 1)...].reduce(1, *) }
            return TorchFileMaker.Tensor(
                tensor.name, key: "\(place)", count: tensor.values.count, shape: tensor.shape, strides: strides)
        }
        let storages = tensors.enumerated().map { place, tensor in
            (key: "\(place)", bytes: tensor.values.withUnsafeBytes { Array($0) })
        }
        let maker = TorchFileMaker(tensors: stored, storages: storages)
        return maker.archive(maker.opcodes().flatMap { $0 })
    }

    /// Pictures of several sizes, bright where their masks are.
    private func writePictures(_ folder: String) throws {
        for name in ["images", "masks"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        var random = SplitMix64(seed: 3)
        for (index, size) in [(64, 64), (41, 97), (200, 33), (128, 130), (64, 20), (63, 65), (90, 90), (64, 64)]
            .enumerated()
        {
            var (picture, mask) = ([UInt8](), [UInt8]())
            for pixel in 0..<size.0 * size.1 {
                let isInside = pixel % size.0 < size.0 / 2
                mask.append(isInside ? 255 : 0)
                for _ in 0..<3 { picture.append(UInt8(random.unit() * 100) + (isInside ? 150 : 0)) }
            }
            let (width, height) = size
            try Bitmap(width: width, height: height, channels: 3, pixels: picture).writePNG(
                to: "\(folder)/images/p\(index).png")
            try Bitmap(width: width, height: height, channels: 1, pixels: mask).writePNG(
                to: "\(folder)/masks/p\(index).png")
        }
    }
}
