import Base
import Emission
import FileAccess
import GraphIR
import KernelIR
import Kernels
import MemoryPlanning
import Passes
import Programs

/// The version that `unetc --version` prints and every model carries.
public let compilerVersion = "0.1.0"

/// A graph file on its way through the compiler.
public struct Session: Sendable {
    /// The file's name as the user gave it.
    public let path: String
    public let text: String
    public let overrides: [(name: String, value: String)]
    public let graph: Graph
    /// Rendered warnings.
    public let warnings: String

    /// Reads and elaborates the file.
    /// - Parameter frozen: parameters that stay as they are, besides those of the graph's `train` block.
    /// - Throws: `DriverError` whose message is the rendered diagnostics, or says what is wrong with `frozen`.
    public init(
        path: String, overrides: [(name: String, value: String)], frozen: [NamePattern] = []
    ) throws {
        self.path = path
        self.overrides = overrides
        let checked = CheckedGraph(path: path, overrides: overrides)
        guard var graph = checked.graph else { throw checked.error }
        if !frozen.isEmpty {
            graph.training.frozen += frozen
            if let fault = graph.faultOfFrozen(frozen) {
                throw DriverError("--freeze \(fault.pattern): \(fault.message)\n  hint: \(fault.hint)")
            }
        }
        self.graph = graph
        text = String(decoding: checked.file.bytes, as: UTF8.self)
        warnings = checked.rendered
    }
}

extension Session {
    /// The passes over the graph of one plan.
    /// - Throws: `DriverError` for graphs that cannot be differentiated, or not be computed in tiles.
    public func stages(_ kind: PlanKind, _ options: CompileOptions) throws -> GraphStages {
        try Compilation(self, options).stages(kind)
    }

    /// One plan's program, as it is planned.
    public func program(_ kind: PlanKind, _ options: CompileOptions) throws -> Program {
        try Compilation(self, options).program(kind)
    }

    /// One plan with its kernels, verified.
    public func lowered(_ kind: PlanKind, _ options: CompileOptions) throws -> LoweredPlan {
        try Compilation(self, options).lowered(kind)
    }

    /// The whole model as source text.
    public func emit(_ options: CompileOptions) throws -> (model: EmittedModel, plans: [LoweredPlan]) {
        try Compilation(self, options).emit()
    }
}
