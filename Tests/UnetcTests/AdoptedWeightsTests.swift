import Strategy
import TensorFiles
import TestSupport
import Testing

@testable import unetc

/// `unetc import FILE --like GRAPH`: tensors of others under a graph's names.
@Suite struct AdoptedWeightsTests {
    private static let graph = """
        graph net(width = 4) {
          input x: [3, 8, 8]
          first = relu(conv(x, width, kernel: 3, padding: same))
          output out = conv(first, 2, kernel: 1)
        }

        """

    private func program() throws -> UnetcProgram {
        let program = try UnetcProgram()
        try program.write("net.graph", Self.graph)
        return program
    }

    private func write(_ path: String, _ tensors: [(String, [Int])]) throws {
        var writer = SafetensorsWriter()
        for (name, shape) in tensors {
            try writer.add(name, shape: shape, values: (0..<shape.reduce(1, *)).map { Float($0 + 1) })
        }
        try writer.write(to: path)
    }

    private static let whole: [(String, [Int])] = [
        ("module.enc.weight", [4, 3, 3, 3]), ("module.enc.bias", [4]), ("module.out.weight", [2, 4, 1, 1]),
        ("module.out.bias", [2]), ("module.enc.num_batches_tracked", [1]),
    ]

    @Test(arguments: ["--map enc=first", "--match order --yes"]) func namesBecomeTheGraphs(_ flags: String) throws {
        let program = try program()
        defer { program.remove() }
        try write(program.folder + "/a.safetensors", Self.whole)
        let run = try program.run("import a.safetensors --like net.graph --weights w.safetensors \(flags)")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.output.contains("first.weight [4, 3, 3, 3]  <- ") && run.output.contains("loaded"), "\(run.output)")
        #expect(
            run.errors.contains("4 of 4 parameters loaded") && run.errors.contains("wrote w.safetensors from a.safe"))
        let file = try TensorFile(path: program.folder + "/w.safetensors")
        #expect(file.names == ["first.weight", "first.bias", "out.weight", "out.bias"])
        #expect(try file.floats("first.bias") == [1, 2, 3, 4])
    }

    /// What `torch.save` writes, a graph of another width, channels that are summed, classes that start anew.
    @Test func filesOfTorchAreRead() throws {
        let program = try program()
        defer { program.remove() }
        let values = (0..<27).map { Float($0) }
        let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
        let maker = TorchFileMaker(
            tensors: [
                .init("first.weight", key: "0", count: 27, shape: [1, 3, 3, 3], strides: [27, 9, 3, 1]),
                .init("first.bias", key: "0", count: 27, offset: 5, shape: [1], strides: [1]),
                .init("out.weight", key: "0", count: 27, shape: [7, 1, 1, 1], strides: [1, 1, 1, 1]),
            ], storages: [("0", bytes)])
        try program.write("a.pt", bytes: maker.archive(maker.opcodes().flatMap { $0 }))
        try program.write("gray.graph", Self.graph.replacing("[3, 8, 8]", with: "[1, 8, 8]"))
        let command = "import a.pt --like gray.graph -D width=1 --graph b.graph --weights w.safetensors"
        let refused = try program.run(command)
        #expect(refused.exitCode == 1 && refused.errors.contains("out.bias [2]: not in the file"), "\(refused.errors)")
        let run = try program.run(command + " --skip-mismatch")
        #expect(run.exitCode == 0, "\(run.errors)")
        for word in ["adapted", "anew (other classes)", "anew (not in the file)"] {
            #expect(run.output.contains(word), "\(run.output)")
        }
        let file = try TensorFile(path: program.folder + "/w.safetensors")
        #expect(try file.floats("first.weight") == (0..<9).map { Float(3 * $0 + 27) })
        #expect(try file.floats("first.bias") == [5])
        #expect(file.tensor("out.bias")?.shape == [2])
        let session = try Session(path: program.folder + "/b.graph", overrides: [])
        #expect(session.text.hasPrefix("graph net(width = 1)") && session.text.contains("[1, 8, 8]"))
        #expect(try file.floats("out.weight") == session.initialValues(of: "out.weight"))
    }

    @Test func modelsGiveTheirWeights() throws {
        let program = try program()
        defer { program.remove() }
        #expect(try program.run("export net.graph --onnx net.onnx").exitCode == 0)
        let run = try program.run("import net.onnx --like net.graph --weights w.safetensors")
        #expect(run.exitCode == 0 && run.errors.contains("4 of 4 parameters loaded"), "\(run.errors)")
        let session = try Session(path: program.folder + "/net.graph", overrides: [])
        let file = try TensorFile(path: program.folder + "/w.safetensors")
        #expect(try file.floats("first.weight") == session.initialValues(of: "first.weight"))
    }

    @Test(
        arguments: [
            ("import a.safetensors --graph b.graph --weights w.safetensors", 1, "holds tensors, and no graph"),
            ("import gone.pt --graph b.graph --weights w.safetensors", 1, "--like net.graph"),
            ("import gone.pt --like net.graph --weights w.safetensors", 1, "gone.pt: cannot be opened"),
            ("import a.safetensors --weights w.safetensors", 64, "say where to write the graph: --graph."),
            ("import net.onnx --graph b.graph --weights w.safetensors --map a=b", 64, "--map goes with --like."),
            ("import net.onnx --graph b.graph --weights w.safetensors -D a=1", 64, "-D goes with --like."),
            ("import a.safetensors --like net.graph --weights w.safetensors --size 8", 64, "--size changes the graph"),
            (
                "import a.safetensors --like net.graph --weights w.safetensors", 1,
                "first.weight [4, 3, 3, 3]: not in the file"
            ),
            (
                "import a.safetensors --like net.graph --weights w.safetensors --match order", 1,
                "nobody has said yet that this is right"
            ),
            ("import a.safetensors --like net.graph --weights a.safetensors", 1, "is read by this command"),
        ] as [(String, Int32, String)])
    func whatDoesNotFitIsSaid(_ command: String, _ code: Int32, _ expected: String) throws {
        let program = try program()
        defer { program.remove() }
        try write(program.folder + "/a.safetensors", Self.whole)
        let run = try program.run(command)
        let isUsage = code == 64
        #expect(isUsage ? run.exitCode != 0 : run.exitCode == code, "\(run.exitCode)")
        #expect((run.errors + run.output).contains(expected), "\(run.errors)")
    }
}
