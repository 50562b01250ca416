import Base
import Driver
import Strategy
import Foundation
import GraphIR
import Interpreter
import Passes
import Runtime
import TestSupport
import Testing

/// What goes through the C compiler and the executor.
@Suite struct CompiledTests {}

/// A folder of its own for this run's graphs and for the object cache; gone when the tests are done.
enum TestFolder {
    static let path: String = {
        var template = Array("\(temporary)/unetc-driver-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return temporary }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        setenv("UNETC_CACHE", path + "/cache", 1)
        atexit { try? FileManager.default.removeItem(atPath: TestFolder.path) }
        return path
    }()

    private static var temporary: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    /// Writes a graph's text into a folder of its own and returns its path.
    static func write(_ text: String, name: String = "test.graph") throws -> String {
        let folder = "\(path)/\(UInt64.random(in: 0 ... .max))"
        mkdir(folder, 0o777)
        let file = "\(folder)/\(name)"
        try writeText(text, to: file)
        return file
    }
}

/// A graph's text compiled to a shared object and loaded.
struct CompiledGraph {
    let session: Session
    let options: CompileOptions
    let model: Model

    /// One that has been compiled otherwise.
    init(session: Session, options: CompileOptions, model: Model) {
        (self.session, self.options, self.model) = (session, options, model)
    }

    /// - Parameter plans: what to compile; `withRespectTo` is all inputs where gradients are among them.
    init(
        _ text: String, overrides: [(name: String, value: String)] = [], plans: [PlanKind], batch: Int,
        name: String = "test.graph", frozen: [NamePattern] = [], configure: (inout CompileOptions) -> Void = { _ in }
    ) throws {
        session = try Session(path: try TestFolder.write(text, name: name), overrides: overrides, frozen: frozen)
        var options = CompileOptions(target: .native(), batch: batch, jobs: 2)
        options.plans = plans
        if plans.contains(.gradients) { options.withRespectTo = session.inputs }
        configure(&options)
        self.options = options
        model = try Model.load(path: try session.compileSharedObject(options).product)
    }

    /// Runs a plan once and reads all its results.
    /// - Parameter leaves: inputs, targets, cotangents and parameters by name.
    func run(_ kind: PlanKind, _ leaves: [String: Tensor], batch: Int, threads: Int = 2) throws -> [String: Tensor] {
        let parameters = try ParameterStore(model: model)
        for parameter in model.parameters {
            try parameters.setValues(try #require(leaves[parameter.name]).floats, of: parameter.name)
        }
        let executor = try Executor(
            model: model, parameters: parameters, plans: [kind.rawValue], threads: threads,
            optimizer: kind == .train ? "adam" : nil)
        let plan = try executor.plan(kind.rawValue)
        let info = try model.plan(kind.rawValue)
        try feed(info.inputs, leaves, executor, plan, batch: batch)
        // With the look at every result that finds bad numbers: there are none, and all else is as without.
        let broken = try executor.runWatched(plan, batch: batch, scalars: .adam(step: 1, learningRate: 1e-3))
        #expect(broken == nil)
        var results: [String: Tensor] = [:]
        for tensor in info.outputs {
            let values = try executor.read(tensor.name, plan: plan).map(Double.init)
            results[tensor.name] = Tensor(shape: (tensor.isBatched ? [batch] : []) + tensor.shape, values: values)
        }
        return results
    }

    func feed(
        _ inputs: [TensorInfo], _ leaves: [String: Tensor], _ executor: Executor, _ plan: PlanHandle, batch: Int
    ) throws {
        for tensor in inputs {
            let values = try #require(leaves[tensor.name], "\(tensor.name)").floats
            for sample in 0..<batch {
                let part = values[(sample * tensor.elementCount)..<((sample + 1) * tensor.elementCount)]
                try executor.write(tensor.name, plan: plan, sample: sample, from: Array(part))
            }
        }
    }
}

extension Session {
    var inputs: [String] { graph.ids { $0 == .input }.map { graph[$0].name } }
}

extension Tensor {
    var floats: [Float] { values.map(Float.init) }
}

// MARK: The interpreter's word

/// Values for all leaves that floats hold exactly: weights shrunk so that maps stay of order one, and drawn again until
/// no ReLU's operand and no pooling window is so close to a kink that rounding could decide. In large maps some always is,
/// but then it is one of many: a few attempts will do.
func calmLeaves(
    of graph: Graph, differentiated: Graph, batch: Int, seed: UInt64, attempts: Int = 50
) throws -> [String: Tensor] {
    var leaves: [String: Tensor] = [:]
    for attempt in 0..<attempts {
        let drawn = randomLeaves(of: differentiated, batch: batch, seed: seed &* 100 &+ UInt64(attempt))
        leaves = shrunkParameters(of: graph, drawn).mapValues {
            Tensor(shape: $0.shape, values: $0.floats.map(Double.init))
        }
        if !isNearKink(graph, try interpret(graph, batch: batch, values: leaves)) { break }
    }
    return leaves
}

private func isNearKink(_ graph: Graph, _ values: [Tensor]) -> Bool {
    graph.ids.contains { id in
        let node = graph[id]
        switch node.op {
        case .elementwise(let function) where !function.isGradient && function.hasKink:
            let x = values[node.inputs[0].index].values
            let margin = 1e-5 * x.reduce(0) { max($0, abs($1)) }
            return x.contains { $0 != 0 && abs($0) < margin }
        case .maxPool(let g): return hasCloseMaxima(g, values[node.inputs[0].index])
        default: return false
        }
    }
}

extension Elementwise {
    /// Whether its derivative jumps, at 0.
    fileprivate var hasKink: Bool { ["relu", "leaky_relu", "elu", "abs"].contains(mnemonic) }
}

/// Whether some window's two largest values differ by next to nothing; equal ones are fine, the first counts.
private func hasCloseMaxima(_ g: PoolGeometry, _ map: Tensor) -> Bool {
    let margin = 1e-5 * map.values.reduce(0) { max($0, abs($1)) }
    for plane in 0..<(map.values.count / g.input.area) {
        for y in 0..<g.output.height {
            for x in 0..<g.output.width {
                var window: [Double] = []
                for i in 0..<g.kernel.height {
                    for j in 0..<g.kernel.width {
                        let row = y * g.stride.height + i - g.padding.top
                        let column = x * g.stride.width + j - g.padding.left
                        guard (0..<g.input.height).contains(row), (0..<g.input.width).contains(column) else { continue }
                        window.append(map.values[plane * g.input.area + row * g.input.width + column])
                    }
                }
                let largest = window.max() ?? 0
                if window.contains(where: { $0 != largest && largest - $0 < margin }) { return true }
            }
        }
    }
    return false
}

/// Outputs, loss and gradients as the interpreter computes them, under the names that callers know.
func interpretedResults(_ graph: Graph, _ leaves: [String: Tensor], batch: Int) throws -> [String: Tensor] {
    let values = try interpret(graph, batch: batch, values: leaves)
    var results: [String: Tensor] = [:]
    for output in graph.outputs { results[output.name] = values[output.node.index] }
    if let loss = graph.loss { results["loss"] = values[loss.index] }
    for binding in graph.gradients { results["grad." + graph[binding.of].name] = values[binding.gradient.index] }
    return results
}

/// The first result that differs, in the order of the names.
func resultMismatch(
    expected: [String: Tensor], found: [String: Tensor], tolerance: Double, gradientTolerance: Double? = nil
) -> String? {
    guard expected.keys.sorted() == found.keys.sorted() else {
        return "expected results \(expected.keys.sorted()), found \(found.keys.sorted())"
    }
    let largest = expected.values.flatMap(\.values).reduce(0) { max($0, abs($1)) }
    for (name, tensor) in expected.sorted(by: { $0.key < $1.key }) {
        // Zero but for the interpreter's own rounding, as the gradient of a bias in front of a normalisation is.
        if tensor.values.allSatisfy({ abs($0) < 1e-12 * largest }) {
            let stray = found[name]?.values.first { abs($0) > tolerance * largest }
            if let stray { return "\(name): expected next to nothing, found \(stray)" }
            continue
        }
        let tolerance = name.hasPrefix("grad.") ? gradientTolerance ?? tolerance : tolerance
        guard let other = found[name] else { return "\(name) is missing" }
        if let problem = mismatch(name, expected: tensor, found: other, tolerance: tolerance) { return problem }
    }
    return nil
}

/// The text of a graph of the folder `graphs`.
func bundledText(_ name: String) throws -> String {
    String(decoding: try readBytes(checkoutFolder() + "/graphs/" + name), as: UTF8.self)
}
