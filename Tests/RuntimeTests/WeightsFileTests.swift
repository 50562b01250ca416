import Foundation
import Runtime
import TestSupport
import Testing

/// Parameters that come from a file.
@Suite struct WeightsFileTests {
    private let model: Model

    init() throws { model = try TestModel.load(defines: ["OWN_LIBRARY"]) }

    /// - Parameter before: floats of a tensor ahead of the parameters, which moves them in the file.
    private func file(before: Int = 0, _ store: ParameterStore) throws -> String {
        let path = try TemporaryFolder.make() + "/weights.safetensors"
        var writer = SafetensorsWriter()
        if before > 0 { try writer.add("ahead", shape: [before], values: [Float](repeating: 9, count: before)) }
        try store.export(to: &writer)
        try writer.write(to: path)
        return path
    }

    /// At multiples of vectors, and off them.
    @Test(arguments: [0, 1, 16])
    func valuesAreThoseOfTheFile(before: Int) throws {
        let store = try ParameterStore(model: model, initialValues: .he, seed: 7)
        let read = try ParameterStore(model: model)
        try read.load(try SafetensorsFile(path: try file(before: before, store)))
        for parameter in model.parameters {
            #expect(try read.values(of: parameter.name) == store.values(of: parameter.name), "\(parameter.name)")
        }
    }

    /// Weights that lay in the file would end the process with SIGBUS.
    @Test func whatBecomesOfTheFileChangesNothing() throws {
        let store = try ParameterStore(model: model, initialValues: .he, seed: 7)
        let path = try file(store)
        let read = try ParameterStore(model: model)
        try read.load(try SafetensorsFile(path: path))
        #expect(truncate(path, 0) == 0)
        for parameter in model.parameters {
            #expect(try read.values(of: parameter.name) == store.values(of: parameter.name), "\(parameter.name)")
        }
    }

    @Test func aFileThatIsCutWhileItIsReadIsNamed() throws {
        let path = try file(try ParameterStore(model: model, initialValues: .he, seed: 7))
        let open = try SafetensorsFile(path: path)
        #expect(truncate(path, 9) == 0)
        let error = try #require(throws: RuntimeError.self) { try ParameterStore(model: model).load(open) }
        #expect(error.message.hasPrefix(path) && error.message.contains("ends at byte"), "\(error.message)")
    }

    @Test(arguments: [Float.nan, -.nan, .infinity, -.infinity])
    func numbersThatAreNoneAreNamedAndCounted(value: Float) throws {
        let store = try ParameterStore(model: model, initialValues: .he, seed: 7)
        let parameter = try #require(model.parameters.first { $0.elementCount > 2 })
        var values = try store.values(of: parameter.name)
        (values[1], values[2]) = (value, .nan)
        try store.setValues(values, of: parameter.name)
        let path = try file(store)
        let error = try #require(throws: RuntimeError.self) {
            try ParameterStore(model: model).load(try SafetensorsFile(path: path))
        }
        let first = value.isNaN ? "nan" : "\(value)"
        #expect(
            error.message.hasPrefix("\(path): parameter \"\(parameter.name)\" ")
                && error.message.contains(
                    "holds 2 values of \(values.count) that are not finite (the first is \(first))"),
            "\(error.message)")
    }

    @Test func aFileOfAnotherGraphIsRefused() throws {
        let path = try TemporaryFolder.make() + "/weights.safetensors"
        var writer = SafetensorsWriter()
        try writer.add("other", shape: [1], values: [1])
        try writer.write(to: path)
        let error = try #require(throws: RuntimeError.self) {
            try ParameterStore(model: model).load(try SafetensorsFile(path: path))
        }
        #expect(error.message.contains("is missing"), "\(error.message)")
    }

    /// Weights in other formats are told what they are, by their first bytes.
    @Test(
        arguments: [
            ([0x50, 0x4B, 0x03, 0x04, 0, 0, 8, 8, 0, 0], "is a zip archive, as torch.save"),
            ([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9], "is a Python pickle"),
            ([0x80, 0x04, 0x95, 0x10, 0, 0, 0, 0, 0, 0], "is a Python pickle"),
            ([0x08, 0x07, 0x12, 0x07, 0x70, 0x79, 0x74, 0x6F, 0x72, 0x63, 0x68], "is an ONNX model"),
            ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], "is an HDF5 file"),
            ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 0x76, 0], "is an array of numpy"),
            ([0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0, 0, 0], "is a GGUF file"),
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], "is a PNG picture"),
            ([0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46], "is a JPEG picture"),
            (Array("weights = 1 2 3 4 5".utf8), "it does not begin with the length of a header"),
            ([200, 0, 0, 0, 0, 0, 0, 0, 0x7B], "it announces a header of 200 bytes and has 9 in all: it is truncated"),
            ([1, 2, 3], "it has 3 bytes, too few"), ([], "it has 0 bytes, too few"),
        ] as [([UInt8], String)])
    func otherFilesAreRecognised(bytes: [UInt8], expected: String) throws {
        let path = try TemporaryFolder.make() + "/weights.pth"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let error = try #require(throws: RuntimeError.self) { try SafetensorsFile(path: path) }
        #expect(error.message.hasPrefix(path + ": ") && error.message.contains(expected), "\(error.message)")
    }
}
