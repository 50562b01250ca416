import Runtime
import TensorFiles
import Testing

@Suite struct InitialValueTests {
    /// What PyTorch started from, made by another implementation of the same formula.
    @Test(.enabled(if: Checkout.hasReference, "there is no ../shared/reference beside the checkout"))
    func pytorchValuesAreThoseOfTheReference() throws {
        let file = try TensorFile(path: Checkout.reference + "/trace_w8.safetensors")
        let names = file.names.filter { $0.hasPrefix("initial.") }
        #expect(names.count == 46)
        for name in names {
            let parameter = String(name.dropFirst("initial.".count))
            let tensor = try #require(file.tensor(name))
            let isBias = tensor.shape.count == 1
            let weightName = isBias ? String(name.dropLast(".bias".count)) + ".weight" : name
            let weight = try #require(file.tensor(weightName))
            let values = InitialValueRule.pytorch.values(
                name: parameter, kind: isBias ? .bias : .weight, fanIn: weight.shape.dropFirst().reduce(1, *),
                count: tensor.elementCount, seed: 0)
            #expect(values == (try file.floats(name)), "\(parameter)")
        }
    }

    /// Computed with numpy from DESIGN 3.1.
    @Test func valuesWithoutReference() {
        let values = InitialValueRule.pytorch.values(name: "enc1_1.weight", kind: .weight, fanIn: 27, count: 3, seed: 0)
        #expect(values == [-0.13435589, 0.12801154, 0.10176612])
        let seeded = InitialValueRule.he.values(name: "enc1_1.weight", kind: .weight, fanIn: 27, count: 3, seed: 5)
        #expect(seeded == [0.092831746, -0.09751466, 0.41002956])
    }

    @Test func heHasItsVarianceAndZeroBiases() {
        let values = InitialValueRule.he.values(name: "a.weight", kind: .weight, fanIn: 50, count: 20_000, seed: 3)
        let variance = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
        #expect(abs(variance - 2.0 / 50) < 0.001, "\(variance)")
        let biases = InitialValueRule.he.values(name: "a.bias", kind: .bias, fanIn: 50, count: 4, seed: 3)
        #expect(biases == [0, 0, 0, 0])
    }

    @Test func seedsAndNamesMatter() {
        func values(_ name: String, _ seed: UInt64) -> [Float] {
            InitialValueRule.pytorch.values(name: name, kind: .weight, fanIn: 1, count: 8, seed: seed)
        }
        #expect(values("a", 0) == values("a", 0))
        #expect(values("a", 0) != values("a", 1))
        #expect(values("a", 0) != values("b", 0))
    }
}

@Suite struct ParameterStoreTests {
    @Test func savesAndLoadsEverything() throws {
        let model = try TestModel.load()
        let store = try ParameterStore(model: model, initialValues: .pytorch, seed: 7)
        try store.allocateMoments(2)
        try store.setMoment(2, [1, 2, 3, 4, 5, 6], of: "v")
        var writer = SafetensorsWriter(metadata: [("step", "12")])
        try store.export(to: &writer)
        try store.exportMoment(2, to: &writer, prefix: "moment2.")
        try writer.add("extra", shape: [], values: [1])
        let path = try TemporaryFolder.make() + "/a.safetensors"
        try writer.write(to: path)

        let file = try TensorFile(path: path)
        #expect(file.names == ["w", "v", "moment2.w", "moment2.v", "extra"])
        #expect(file.metadata == ["step": "12"])
        let other = try ParameterStore(model: model)
        try other.allocateMoments(2)
        #expect(try other.load(file) == ["moment2.w", "moment2.v", "extra"])
        try other.loadMoment(2, from: file, prefix: "moment2.")
        for name in ["w", "v"] {
            #expect(try other.values(of: name) == (try store.values(of: name)))
            #expect(try other.moment(2, of: name) == (try store.moment(2, of: name)))
        }
        #expect(try store.values(of: "w").allSatisfy { $0 != 0 })
    }

    @Test func wrongFilesChangeNothing() throws {
        let model = try TestModel.load()
        let store = try ParameterStore(model: model, initialValues: .pytorch, seed: 0)
        let before = try store.values(of: "w")
        let path = try TemporaryFolder.make() + "/b.safetensors"
        var writer = SafetensorsWriter()
        try writer.add("w", shape: [6], values: [1, 2, 3, 4, 5, 6])
        try writer.write(to: path)
        let missing = message { _ = try store.load(try TensorFile(path: path)) }
        #expect(missing.hasPrefix("\(path): parameter \"v\" [2, 3] is missing: there is no tensor \"v\""), "\(missing)")
        try writer.add("v", shape: [3, 2], values: [1, 2, 3, 4, 5, 6])
        try writer.write(to: path)
        let shape = message { _ = try store.load(try TensorFile(path: path)) }
        #expect(shape.hasPrefix("\(path): parameter \"v\" [2, 3] has shape [3, 2] in the file"), "\(shape)")
        #expect(try store.values(of: "w") == before)
        #expect(message { try store.setValues([1], of: "w") }.contains("takes 6 values, found 1"))
        #expect(message { _ = try store.moment(1, of: "w") }.contains("there is no moment 1"))
    }
}
