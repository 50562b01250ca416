import GraphDSL
import GraphIR
import MemoryPlanning
import Passes
import Programs
import TestSupport
import Testing

/// A graph, one of its plans, and how it is planned.
struct PlanCase: Sendable, CustomTestStringConvertible {
    enum Net: String, Sendable, CaseIterable {
        case sample = "SampleGraph.smallUNet"
        case small = "unet-small.graph"
        case seed = "unet.graph"
    }

    var net: Net
    var kind: PlanKind
    var strategy: PlanningOptions.Strategy
    var batch: Int

    var testDescription: String { "\(net.rawValue), \(kind.rawValue), \(strategy.rawValue), batch \(batch)" }

    static let all: [PlanCase] = Net.allCases.flatMap { net in
        PlanKind.allCases.flatMap { kind in
            PlanningOptions.Strategy.allCases.flatMap { strategy in
                [1, 3].map { PlanCase(net: net, kind: kind, strategy: strategy, batch: $0) }
            }
        }
    }

    func plan() throws -> Plan {
        let graph =
            switch net {
            case .sample: try SampleGraph.smallUNet()
            case .small, .seed: try bundled(net.rawValue)
            }
        return try planned(graph, kind, strategy: strategy, batch: batch)
    }

    private func bundled(_ name: String) throws -> Graph {
        let text = String(decoding: try readBytes(checkoutFolder() + "/graphs/" + name), as: UTF8.self)
        return try compiled(text, [("width", "2"), ("size", "16")])
    }
}

/// The graph of a text that has to compile.
func compiled(_ text: String, _ overrides: [(name: String, value: String)] = []) throws -> Graph {
    let (graph, diagnostics) = compileGraph(text: text, fileName: "test.graph", overrides: overrides)
    return try #require(graph, "\(diagnostics)")
}

/// A plan of a graph, with gradients of all inputs where there are any.
func planned(
    _ graph: Graph, _ kind: PlanKind, strategy: PlanningOptions.Strategy = .best, batch: Int = 3, fuses: Bool = true
) throws -> Plan {
    let inputs = kind == .gradients ? graph.ids { $0 == .input }.map { graph[$0].name } : []
    let program = try runPipeline(graph, for: kind, withRespectTo: inputs, fuses: fuses).program
    return planMemory(program, options: PlanningOptions(strategy: strategy, batchCapacity: batch))
}

/// What is wrong with a placement, without the planner's help: every two blocks are compared byte range by byte range.
func faults(of placement: Placement, _ requests: [PlacementRequest], capacity: Int = .max) -> [String] {
    guard placement.offsets.count == requests.count else { return ["\(placement.offsets.count) offsets"] }
    let blocks = zip(requests, placement.offsets).filter { $0.0.size > 0 && $0.0.first <= $0.0.last }
    var faults: [String] = []
    for (index, (request, offset)) in blocks.enumerated() {
        if offset < 0 || offset + request.size > min(placement.total, capacity) {
            faults.append("\(request) at \(offset) leaves the \(placement.total) bytes")
        }
        for (other, otherOffset) in blocks[..<index]
        where max(request.first, other.first) <= min(request.last, other.last)
            && max(offset, otherOffset) < min(offset + request.size, otherOffset + other.size)
        {
            faults.append("\(request) at \(offset) lies over \(other) at \(otherOffset)")
        }
    }
    return faults
}
