import Runtime
import TestSupport
import Testing

/// Parameters that lie in a file.
@Suite struct MappedWeightsTests {
    private let model: Model

    init() throws { model = try TestModel.load(defines: ["OWN_LIBRARY"]) }

    /// - Parameter before: floats of a tensor ahead of the parameters, which moves them in the file.
    private func file(before: Int, _ store: ParameterStore) throws -> String {
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
        let mapped = try ParameterStore(
            model: model, mapping: try SafetensorsFile(path: try file(before: before, store)))
        for parameter in model.parameters {
            #expect(try mapped.values(of: parameter.name) == store.values(of: parameter.name), "\(parameter.name)")
        }
    }

    @Test func aStepOfTrainingChangesNoFile() throws {
        let store = try ParameterStore(model: model, initialValues: .he, seed: 7)
        let path = try file(before: 0, store)
        let before = try readBytes(path)
        let mapped = try ParameterStore(model: model, mapping: try SafetensorsFile(path: path))
        for parameters in [store, mapped] {
            let executor = try Executor(
                model: model, parameters: parameters, plans: ["train"], threads: 2, optimizer: "plain")
            try executor.write(
                "x", plan: "train", sample: 0, from: (0..<TestModel.elements).map { Float($0) })
            try executor.run("train", batch: 1, scalars: .sgd(step: 1, learningRate: 0.5))
        }
        for parameter in model.parameters {
            #expect(try mapped.values(of: parameter.name) == store.values(of: parameter.name), "\(parameter.name)")
        }
        #expect(try readBytes(path) == before)
    }

    @Test func aFileOfAnotherGraphIsRefused() throws {
        let path = try TemporaryFolder.make() + "/weights.safetensors"
        var writer = SafetensorsWriter()
        try writer.add("other", shape: [1], values: [1])
        try writer.write(to: path)
        let error = try #require(throws: RuntimeError.self) {
            try ParameterStore(model: model, mapping: try SafetensorsFile(path: path))
        }
        #expect(error.message.contains("is missing"), "\(error.message)")
    }
}
