import Emission
import GraphIR
import Kernels
import TestSupport
import Testing

@testable import Driver
@testable import Strategy

/// Which files are compiled to one object.
@Suite struct CompilationUnitTests {
    private func model(_ text: String) throws -> EmittedModel {
        let session = try Session(path: try TestFolder.write(text), overrides: [])
        var options = CompileOptions(target: try .named("x86-64-v3"), batch: 1, jobs: 1)
        options.plans = [.infer]
        return try session.emit(options).model
    }

    @Test func smallFilesGoTogetherInOrder() throws {
        let outputs = (0..<100).map { "output x\($0) = sigmoid(image)\n" }.joined()
        let model = try model("graph t { input image: [1, 2, 2]\n\(outputs)}")
        let units = CompilationUnit.all(of: model)
        #expect(units.flatMap(\.files).map(\.path) == model.sources)
        #expect(units.count < 20, "\(units.count) units of \(model.sources.count) files")
        #expect(Set(units.map(\.path)).count == units.count)
        // The tables are by themselves, and no unit's own file is one of the model's.
        #expect(units.filter { $0.files.contains { $0.path == "model.c" } }.map(\.files.count) == [1])
        let joined = try #require(units.first { $0.files.count > 1 })
        let own = try #require(joined.allFiles.last)
        #expect(!model.files.contains { $0.path == own.path })
        #expect(own.text == joined.files.map { "#include \"\($0.path.dropFirst(8))\"\n" }.joined())
    }

    @Test func largeFilesAreAlone() throws {
        let layers = (0..<3).map { "x\($0 + 1) = conv(x\($0), 64, kernel: 3, padding: same)\n" }.joined()
        let model = try model("graph t { input x0: [64, 32, 32]\n\(layers) output y = relu(x3) }")
        for unit in CompilationUnit.all(of: model) where unit.files.count > 1 {
            #expect(unit.files.reduce(0) { $0 + $1.text.utf8.count } <= 40_000)
        }
        #expect(CompilationUnit.all(of: model).flatMap(\.files).map(\.path) == model.sources)
    }
}
