import Driver
import GraphIR
import Interpreter
import Passes

/// The gradients of every operator instance of the graph by central differences in Double.
struct GradientChecks {
    let graph: Graph

    /// Places of each gradient that are compared.
    private static let places = 16
    /// Central differences with a step of 1e-5 are off by about its square.
    private static let tolerance = 1e-6

    func run() throws -> Finding {
        var finding = Finding()
        var known: [Graph: String?] = [:]
        for node in graph.nodes {
            guard let instance = try OperatorInstance(node, in: graph) else { continue }
            finding.count += 1
            let problem: String?
            if let answer = known[instance.graph] {
                problem = answer
            } else {
                problem = try self.problem(instance)
                known[instance.graph] = problem
            }
            guard let problem else { continue }
            let source = node.origin.location.map { "\($0.file):\($0.line)" } ?? ""
            finding.faults.append(
                VerificationFault(step: node.name, source: source, message: "\(node.op.mnemonic): \(problem)"))
        }
        finding.detail =
            "operators by central differences at \(Self.places) places of each gradient; \(known.count) distinct ones, cut "
            + "to two channels a group and three windows a side"
        return finding
    }

    private func problem(_ instance: OperatorInstance) throws -> String? {
        let differentiated = try differentiate(instance.graph, withRespectTo: instance.differentiable)
        return try gradientMismatch(
            of: instance.graph, differentiated: differentiated, samples: Self.places, tolerance: Self.tolerance)
    }
}
