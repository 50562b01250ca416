import Base
import Foundation
import GraphIR
import ModelABI
import Passes
import TestSupport
import Testing

@testable import Driver
@testable import Runtime
@testable import Strategy

/// A folder of its own for this run's graphs and for the object cache; gone when the tests are done.
enum TestFolder {
    static let path: String = {
        var template = Array("/tmp/unetc-verification-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return "/tmp" }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        setenv("UNETC_CACHE", path + "/cache", 1)
        atexit { try? FileManager.default.removeItem(atPath: TestFolder.path) }
        return path
    }()
}

/// A graph with few kernels, since most of the tests' time goes into compiling them.
enum TinyGraph {
    private static let text = """
        graph tiny(width = 8) {
          input image: [3, 12, 12]
          target mask: [1, 12, 12]
          down = relu(conv(image, width, kernel: 3, padding: 1))
          deep = relu(conv(max_pool(down, kernel: 2), width, kernel: 3, padding: 1))
          up = conv_transpose(deep, width, kernel: 2, stride: 2)
          logits = conv(concat(up, down), 1, kernel: 1)
          output y = logits
          loss bce_with_logits(logits, mask)
        }
        """

    private static let path = Result {
        let path = TestFolder.path + "/tiny.graph"
        try writeText(text, to: path)
        return path
    }

    static func session() throws -> Session { try Session(path: try path.get(), overrides: []) }
}

/// A bundled graph at a size for tests, and how it is compiled.
struct TestNet: Sendable, CustomTestStringConvertible {
    var name: String
    var overrides: [(name: String, value: String)]

    var testDescription: String { name }

    init(_ name: String, _ overrides: KeyValuePairs<String, Int>) {
        self.name = name
        self.overrides = overrides.map { (name: $0, value: "\($1)") }
    }

    static let small = TestNet("unet-small", ["width": 2, "size": 16])

    /// Options for the training of `small` with values made again; its kernels are compiled by then.
    static let smallMakingAgain = Result {
        let options = try small.optionsMakingAgain()
        _ = try small.session().compileSharedObject(options)
        return options
    }

    func session() throws -> Session {
        try Session(path: checkoutFolder() + "/graphs/" + name + ".graph", overrides: overrides)
    }

    func options(batch: Int = 2) -> CompileOptions {
        _ = TestFolder.path
        return CompileOptions(target: .native(), batch: batch, jobs: 2)
    }

    /// Options for the plan of training that make values again wherever that saves memory, at whatever cost.
    func optionsMakingAgain(batch: Int = 2, in precision: ElementType? = nil) throws -> CompileOptions {
        var options = options(batch: batch)
        options.precision = precision
        let session = try session()
        options.plans = [.train]
        options.recomputation = .none
        let compilation = Compilation(session, options)
        var search = compilation.recomputeSearch(try compilation.selected(.train), batch: batch)
        _ = search.reduce(to: 0)
        options.recomputation = .chosen(search.state.program)
        return options
    }
}

extension Model {
    /// Lets `body` see the model with another first plan, which is then the only one.
    func withFirstPlan<Result>(
        _ change: (inout unetc_plan, inout [unetc_tensor]) -> Void, body: (Model) throws -> Result
    ) throws -> Result {
        var table = tables.pointer.pointee
        var plan = table.plans[0]
        var tensors = (0..<Int(plan.tensor_count)).map { plan.tensors[$0] }
        change(&plan, &tensors)
        return try tensors.withUnsafeBufferPointer { tensors in
            plan.tensors = tensors.baseAddress
            return try withUnsafePointer(to: plan) { plan in
                table.plans = plan
                table.plan_count = 1
                return try withUnsafePointer(to: table) { try body(try Model(tables: $0)) }
            }
        }
    }
}
