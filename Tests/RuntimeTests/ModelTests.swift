import Base
import FileAccess
import Testing

@testable import Runtime

@Suite struct ModelTests {
    @Test func tablesBecomeValues() throws {
        let model = try TestModel.load()
        #expect(model.graphName == "test")
        #expect(model.graphSource == "graph test {}")
        #expect(try JSON(parsing: model.metadata)["compiler"]?.string == "hand")
        #expect(model.graphHash == "abc123")
        #expect(model.batchCapacity == 5)
        #expect(model.planNames == ["train", "infer", "keep", "keep too"])
        #expect(model.optimizers.map(\.moments) == [0, 1, 2])
        #expect(model.optimizerNames == ["plain", "sgd", "adam"])
        #expect(
            model.parameters == [
                ParameterInfo(name: "w", shape: [6], kind: .weight, fanIn: 4, offset: 0),
                ParameterInfo(name: "v", shape: [2, 3], kind: .bias, fanIn: 4, offset: 64),
            ])
        #expect(model.parameterCount == 12)
        let keep = try model.plan("keep")
        #expect(keep.preparedBytes == 128 && keep.largestPreparedBytes == 64)
        #expect(keep.steps.map(\.isPreparation) == [true, false, true, false, false])
        let train = try model.plan("train")
        #expect(train.inputs.map(\.name) == ["x"])
        #expect(train.outputs.map(\.name) == ["y", "seen", "owner", "grad.w", "loss"])
        #expect(train.updatesParameters)
        #expect(train.steps[1].tasks(batch: 3) == 18)
        #expect(train.flops(batch: 2) == 13)
        #expect(train.steps[1].bytes(batch: 2) == 168)
    }

    @Test(arguments: [
        ("MAGIC=7", "not a compiled model: its tables begin with 0x7"),
        ("ABI=9", "compiled for runtime interface 9, this program has 8; compile the graph again"),
        ("ARENA=530", "\"grad.w\" at 512"),
        ("LARGEST=20", "prepared tensor \"p\" is batched, or larger than the largest"),
        ("Q_OFFSET=20", "prepared tensors \"p\" and \"q\" overlap"),
        ("Q_OFFSET=112", "\"q\" at 112"),
        ("P_SOURCE=0", "preparation \"y#1\" does not make a tensor of parameters alone"),
        ("P_TASKS=1", "preparation \"y#1\" does not make a tensor of parameters alone"),
        ("Y_RESULT=3", "step \"y\" writes a parameter, but is no update"),
        ("Y_SOURCE=6", "step \"y\" uses a prepared tensor that is not the latest"),
    ])
    func otherTablesAreRefused(define: String, expected: String) throws {
        let path = try TestModel.compile(defines: [define])
        let text = message { _ = try Model.load(path: path) }
        #expect(text.contains(expected), "\(text)")
        #expect(text.hasPrefix(path), "\(text)")
    }

    @Test func filesThatAreNoModelsAreRefused() throws {
        let folder = try TemporaryFolder.make()
        let missing = folder + "/missing.so"
        #expect(message { _ = try Model.load(path: missing) }.hasPrefix("\(missing): cannot be loaded as a model"))
        let text = folder + "/text.so"
        try FileWriter.write(text, text: "not a library")
        #expect(message { _ = try Model.load(path: text) }.hasPrefix("\(text): cannot be loaded as a model"))
    }

    @Test func preparationSpeaksForItself() throws {
        let model = try TestModel.load(defines: ["WRONG=\"the product is wrong\""])
        #expect(message { try model.prepare() } == "the product is wrong")
        #expect(message { try model.prepare() } == "the product is wrong", "asked again")
        let store = try ParameterStore(model: model)
        let text = message { _ = try Executor(model: model, parameters: store, plans: ["infer"], threads: 1) }
        #expect(text == "the product is wrong")
    }

    @Test func unknownNamesListTheKnownOnes() throws {
        let model = try TestModel.load()
        let plan = message { _ = try model.plan("trian") }
        #expect(plan == "there is no plan \"trian\": known are \"train\", \"infer\", \"keep\" and \"keep too\"")
        let parameter = message { _ = try model.parameter("u") }
        #expect(parameter == "there is no parameter \"u\": known are \"w\" and \"v\"")
    }
}
