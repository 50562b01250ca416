import Foundation
import Runtime
import TensorFiles
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
        try read.load(try TensorFile(path: try file(before: before, store)))
        for parameter in model.parameters {
            #expect(try read.values(of: parameter.name) == store.values(of: parameter.name), "\(parameter.name)")
        }
    }

    /// Weights that lay in the file would end the process with SIGBUS.
    @Test func whatBecomesOfTheFileChangesNothing() throws {
        let store = try ParameterStore(model: model, initialValues: .he, seed: 7)
        let path = try file(store)
        let read = try ParameterStore(model: model)
        try read.load(try TensorFile(path: path))
        #expect(truncate(path, 0) == 0)
        for parameter in model.parameters {
            #expect(try read.values(of: parameter.name) == store.values(of: parameter.name), "\(parameter.name)")
        }
    }

    @Test func aFileThatIsCutWhileItIsReadIsNamed() throws {
        let path = try file(try ParameterStore(model: model, initialValues: .he, seed: 7))
        let open = try TensorFile(path: path)
        #expect(truncate(path, 9) == 0)
        let error = try #require(throws: TensorFileError.self) { try ParameterStore(model: model).load(open) }
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
            try ParameterStore(model: model).load(try TensorFile(path: path))
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
            try ParameterStore(model: model).load(try TensorFile(path: path))
        }
        #expect(error.message.contains("is missing"), "\(error.message)")
    }
}
