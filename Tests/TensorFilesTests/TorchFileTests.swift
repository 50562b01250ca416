import FileAccess
import Foundation
import TestSupport
import Testing

@testable import TensorFiles

/// What `make_torch_files.py` gives element `index` of tensor `number`.
private func value(_ index: Int, _ number: Int) -> Float { Float((7 * index + number) % 31 - 15) / 8 }

private func values(_ number: Int, _ count: Int) -> [Float] { (0..<count).map { value($0, number) } }

/// Files that torch has written.
@Suite struct TorchFileTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func open(_ name: String) throws -> TensorFile {
        let text = try #require(torchFixtures[name])
        let path = folder.file(name + ".pt")
        try FileWriter.write(path, Array(try #require(Data(base64Encoded: text))))
        return try TensorFile(path: path)
    }

    static func checkState(_ file: TensorFile) throws {
        #expect(file.names == ["conv.weight", "conv.bias", "bn.running_mean", "bn.num_batches_tracked"])
        #expect(file.tensor("conv.weight")?.shape == [2, 3, 1, 2])
        #expect(try file.floats("conv.weight") == values(0, 12))
        #expect(try file.floats("conv.bias") == values(1, 2))
        #expect(try file.floats("bn.running_mean") == values(2, 2))
        #expect(try file.integers("bn.num_batches_tracked") == [7])
        #expect(file.metadata.isEmpty)
    }

    @Test(arguments: ["state", "state-4", "state-5", "state-legacy", "everything"])
    func statesAreRead(name: String) throws { try Self.checkState(try open(name)) }

    @Test(arguments: ["types", "types-legacy"]) func everyTypeIsRead(name: String) throws {
        let file = try open(name)
        for (number, type) in ["float16", "bfloat16", "float64"].enumerated() {
            #expect(try file.floats(type) == values(number, 5), "\(type)")
        }
        for (place, type) in ["int64", "int32", "int16", "int8", "uint8"].enumerated() {
            let expected = values(3 + place, 5).map { abs($0) * 8 }
            #expect(try file.floats(type) == expected, "\(type)")
            #expect(try file.integers(type) == expected.map(Int64.init), "\(type)")
        }
    }

    @Test(arguments: ["views", "views-legacy"]) func viewsOfSharedMemoryAreRead(name: String) throws {
        let file = try open(name)
        func base(_ row: Int, _ column: Int) -> Float { value(6 * row + column, 0) }
        #expect(try file.floats("base") == values(0, 24))
        #expect(file.tensor("turned")?.shape == [6, 4])
        #expect(try file.floats("turned") == (0..<6).flatMap { column in (0..<4).map { base($0, column) } })
        #expect(try file.floats("part") == (1..<4).flatMap { row in [0, 2, 4].map { base(row, $0) } })
        #expect(try file.floats("row") == (0..<6).map { base(2, $0) })
        #expect(try file.floats("expanded") == (0..<4).flatMap { [Float](repeating: base($0, 0), count: 3) })
        #expect(try file.floats("scalar") == [base(3, 5)])
        #expect(try file.floats("empty") == [])
        #expect(try file.bytes("turned").count == 96)
    }

    @Test func whatIsNoTensorIsRefusedByItsName() throws {
        let file = try open("parameters")
        #expect(file.names == ["w"])
        #expect(try file.floats("w") == values(0, 2))
        #expect(file.refusal("c") == "has elements of ComplexFloatStorage, which are not readable")
        #expect(message { _ = try file.floats("c") }.contains("\"c\" has elements of ComplexFloatStorage"))
    }

    @Test(arguments: [
        ("module", "it holds an object of torch.nn.modules.container.Sequential, whose code would have to be run"),
        ("module-inside", "its entry \"model\" is an object of torch.nn.modules.container.Sequential"),
        ("module-inside", "weights_only=False)['model'].state_dict(), 'weights.pt')"),
        ("tensor", "it holds a tensor, expected a dictionary of tensors"),
        ("numbers", "its entries are \"epoch\", \"G\""),
    ])
    func filesWithoutTensorsByNameAreRefused(name: String, expected: String) throws {
        let found = message { _ = try open(name) }
        #expect(found.hasPrefix(folder.file(name + ".pt") + ": not a PyTorch file that can be read: "), "\(found)")
        #expect(found.contains(expected), "\(found)")
    }

    private static let python = ProcessInfo.processInfo.environment["UNETC_TORCH_PYTHON"]

    /// With the torch that is there, not the one that made the fixtures.
    @Test(.enabled(if: python != nil, "UNETC_TORCH_PYTHON names no Python that has torch"))
    func filesMadeNowAreRead() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.python))
        process.arguments = [checkoutFolder() + "/Tests/TensorFilesTests/make_torch_files.py", folder.path]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        for name in ["state", "state-4", "state-5", "state-legacy", "everything"] {
            try Self.checkState(try TensorFile(path: folder.file(name + ".pt")))
        }
    }
}

/// Files that are made by hand, sound and broken.
@Suite struct TorchArchiveTests {
    private let folder: ScratchFolder
    private let path: String

    init() throws {
        folder = try ScratchFolder()
        path = folder.file("x.pt")
    }

    private static func floats(_ values: [Float], isBigEndian: Bool = false) -> [UInt8] {
        values.flatMap { value in
            withUnsafeBytes(of: isBigEndian ? value.bitPattern.bigEndian : value.bitPattern.littleEndian) { Array($0) }
        }
    }

    private static func maker(_ names: [String] = ["a.weight", "b"]) -> TorchFileMaker {
        let tensors = names.map { TorchFileMaker.Tensor($0, key: "0", count: 6, shape: [2, 3], strides: [3, 1]) }
        return TorchFileMaker(tensors: tensors, storages: [("0", floats([1, 2, 3, 4, 5, 6]))])
    }

    private func open(_ bytes: [UInt8]) throws -> TensorFile {
        try FileWriter.write(path, bytes)
        return try TensorFile(path: path)
    }

    @Test(arguments: [false, true], [nil, "state_dict", "model_state_dict", "model", "net"])
    func archivesAndOldFilesAreRead(isLarge: Bool, wrapping: String?) throws {
        let maker = Self.maker()
        let pickle = maker.opcodes(wrapping: wrapping).flatMap { $0 }
        for bytes in [maker.archive(pickle, isLarge: isLarge), maker.legacy(pickle)] {
            let file = try open(bytes)
            #expect(file.names == ["a.weight", "b"])
            #expect(try file.floats("b") == [1, 2, 3, 4, 5, 6])
        }
    }

    @Test func bigEndianNumbersAreTurned() throws {
        var maker = Self.maker()
        maker.storages[0].bytes = Self.floats([1, 2, 3, 4, 5, 6], isBigEndian: true)
        maker.isBigEndian = true
        maker.tensors[0].shape = [3, 2]
        maker.tensors[0].strides = [1, 3]
        let pickle = maker.opcodes().flatMap { $0 }
        for bytes in [maker.archive(pickle), maker.legacy(pickle)] {
            let file = try open(bytes)
            #expect(try file.floats("a.weight") == [1, 4, 2, 5, 3, 6])
            #expect(try file.floats("b") == [1, 2, 3, 4, 5, 6])
        }
    }

    @Test(arguments: [
        (["a", "b"], ""), (["module.a", "module.b"], "module."), (["model.a", "model.b", "loss.c"], "model."),
        (["module._orig_mod.model.a", "module._orig_mod.model.b"], "module._orig_mod.model."),
        (["a", "module.a"], ""), (["x", "y"], ""),
    ])
    func wrappersAreFound(names: [String], prefix: String) throws {
        let maker = Self.maker(names)
        let file = try open(maker.archive(maker.opcodes().flatMap { $0 }))
        #expect(file.prefix(before: ["a", "b"]) == prefix)
    }

    struct Breakage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var expected: String
        var change: @Sendable (inout TorchFileMaker.Tensor) -> Void

        init(_ expected: String, _ change: @escaping @Sendable (inout TorchFileMaker.Tensor) -> Void) {
            (testDescription, self.expected, self.change) = (expected, expected, change)
        }
    }

    @Test(arguments: [
        Breakage("reaches beyond its storage of 6 elements") { $0.offset = 1 },
        Breakage("reaches beyond its storage of 6 elements") { $0.strides = [.max / 2, 1] },
        Breakage("reaches beyond its storage of 6 elements") { $0.shape = [.max, .max] },
        Breakage("does not fit into memory") {
            $0.shape = [.max, .max, 0]; $0.strides = [1, 1, 1]
        },
        Breakage("lies in the storage \"9\", which is not in the file") { $0.key = "9" },
        Breakage("lies in the storage \"0\" of 7 elements, which has 24 bytes in the file") { $0.count = 7 },
        Breakage("repeats the 6 elements of its storage") { ($0.shape, $0.strides) = ([1 << 21, 1], [0, 1]) },
    ])
    func tensorsOutsideOfTheirMemoryAreRefused(breakage: Breakage) throws {
        var maker = Self.maker()
        breakage.change(&maker.tensors[1])
        let found = message { _ = try open(maker.archive(maker.opcodes().flatMap { $0 })) }
        #expect(found.contains("tensor \"b\" ") && found.contains(breakage.expected), "\(found)")
    }

    /// What a pickle that runs something would run is not run, and does no harm beside tensors.
    @Test func functionsAreNotRun() throws {
        var codes = Self.maker().opcodes()
        let call = [
            TorchFileMaker.text("evil"), TorchFileMaker.global("os", "system"), TorchFileMaker.text("touch x"), [0x85],
            TorchFileMaker.code("R"),
        ]
        codes.insert(contentsOf: call, at: codes.count - 2)
        let file = try open(Self.maker().archive(codes.flatMap { $0 }))
        #expect(file.names == ["a.weight", "b"])
        #expect(file.refusal("evil") == "is os.system, which is not run")
        let alone = message { _ = try open(Self.maker().archive((call.dropFirst() + [[0x2e]]).flatMap { $0 })) }
        #expect(alone.contains("it holds an object of os.system"), "\(alone)")
    }

    @Test(
        arguments: [
            ([0x80, 2, 0x69], "its pickle needs the opcode INST"), ([0x80, 2, 0x82, 1], "the opcode EXT1"),
            ([0x80, 1], "the opcode PROTO"), ([0x80, 2, 0x74], "its pickle is broken at byte"),
            ([0x80, 2, 0x28, 0x52], "broken"), ([0x80, 2, 0x2e], "its pickle has no result"),
            ([0x80, 2], "it ends at byte"),
            ([0x80, 2, 0x68, 9], "broken"), ([0x80, 2, 0x7d, 0x2e], "its entries are none at all"),
        ] as [([UInt8], String)])
    func brokenPicklesAreRefused(pickle: [UInt8], expected: String) throws {
        let found = message { _ = try open(Self.maker().archive(pickle)) }
        #expect(found.hasPrefix(path) && found.contains(expected), "\(found)")
    }

    /// Nesting without end and values without number end neither the stack nor the memory.
    @Test func picklesWithoutMeasureAreRefused() throws {
        let deep = [UInt8](repeating: 0x5d, count: 500_000) + [UInt8](repeating: 0x61, count: 499_999) + [0x2e]
        #expect(message { _ = try open(Self.maker().archive([0x80, 2] + deep)) }.contains("it holds a list"))
        let many = [UInt8](repeating: 0x4e, count: 3_000_000)
        #expect(message { _ = try open(Self.maker().archive([0x80, 2] + many)) }.contains("which no weights need"))
        let marks = [UInt8](repeating: 0x28, count: 3_000_000)
        #expect(message { _ = try open(Self.maker().archive([0x80, 2] + marks)) }.contains("which no weights need"))
    }

    /// A list without pairs is walked as often as somebody asks for its dictionary, which so counts.
    @Test func listsAreNotWalkedWithoutMeasure() throws {
        let nothings = [0x5d, 0x28] + [UInt8](repeating: 0x4e, count: 400_000) + [0x65]
        let list: [UInt8] = nothings + [0x85, 0x71, 0, 0x30]
        let function = TorchFileMaker.global("collections", "OrderedDict") + [0x71, 1, 0x30]
        let calls = (0..<200_000).flatMap { _ -> [UInt8] in [0x68, 1, 0x68, 0, 0x52, 0x30] }
        let found = message { _ = try open(Self.maker().archive([0x80, 2] + list + function + calls + [0x2e])) }
        #expect(found.contains("which no weights need"), "\(found)")
    }

    @Test func otherArchivesAreNamed() throws {
        let arrays = TorchFileMaker.archive([("a.npy", [1]), ("b.npy", [2])])
        #expect(message { _ = try open(arrays) }.contains("as numpy.savez writes (.npz)"))
        let script = TorchFileMaker.archive([("m/data.pkl", [0x80, 2, 0x2e]), ("m/constants.pkl", [])])
        #expect(message { _ = try open(script) }.contains("it is a TorchScript module"))
        let maker = Self.maker()
        var compressed = maker.archive(maker.opcodes().flatMap { $0 })
        let directory = try #require(compressed.indices.first { compressed[$0...].starts(with: [0x50, 0x4b, 1, 2]) })
        compressed[directory + 10] = 8
        #expect(
            message { _ = try open(compressed) }.contains("\"archive/data.pkl\" is compressed, which torch.save never"))
    }

    /// Every length but the whole is refused, for a file whose directory is at its end.
    @Test func cutFilesAreRefused() throws {
        let maker = Self.maker()
        let pickle = maker.opcodes().flatMap { $0 }
        for whole in [maker.archive(pickle), maker.archive(pickle, isLarge: true), maker.legacy(pickle)] {
            for length in stride(from: 0, to: whole.count - 1, by: 7) {
                let found = message { _ = try open(Array(whole[..<length])) }
                #expect(found.hasPrefix(path), "\(length): \(found)")
            }
        }
    }
}
