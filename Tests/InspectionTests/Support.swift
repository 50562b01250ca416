import GraphDSL
import GraphIR
import MemoryPlanning
import Passes
import Programs
import TestSupport
import Testing

/// The graph of a text that has to compile.
func compiled(_ text: String, _ overrides: [(name: String, value: String)] = []) throws -> Graph {
    let (graph, diagnostics) = compileGraph(text: text, fileName: "test.graph", overrides: overrides)
    return try #require(graph, "\(diagnostics)")
}

/// A graph of the folder `graphs`, at a small size.
func bundled(_ name: String, width: Int = 2, size: Int = 16) throws -> Graph {
    let text = String(decoding: try readBytes(checkoutFolder() + "/graphs/" + name), as: UTF8.self)
    return try compiled(text, [("width", "\(width)"), ("size", "\(size)")])
}

/// A plan of a graph, with scratch memory at its convolutions.
func planned(
    _ graph: Graph, _ kind: PlanKind = .train, batch: Int = 2, strategy: PlanningOptions.Strategy = .greedy
) throws -> Plan {
    var program = try runPipeline(graph, for: kind).program
    for id in program.steps { if case .conv = program.graph[id].op { program[id].scratchBytes = 1000 } }
    return planMemory(program, options: PlanningOptions(strategy: strategy, batchCapacity: batch))
}
