import Base
import GraphIR
import Kernels
import Programs

extension LoweredPlan {
    /// How each convolution is computed and why, one line each, with what the cost model says of all candidates.
    public var choices: String {
        let rows = steps.compactMap { step -> String? in
            let node = graph[step.node]
            guard step.name == node.name, let entry = plan.program[step.node].choice else { return nil }
            let times = entry.predictions.map { "\($0.algorithm.name) \(rounded($0.milliseconds))" }
            let factors = entry.factors == .float32 ? "" : " of \(entry.factors.rawValue)"
            return
                "\(node.name): \(entry.algorithm.name)\(factors), \(entry.reason.rawValue); predicted ms on one core: "
                + times.joined(separator: ", ")
        }
        return rows.map { $0 + "\n" }.joined()
    }
}

extension AlgorithmChoice {
    /// What has been chosen and why, with the predicted milliseconds of all candidates on one core.
    var json: JSON {
        .object([
            ("algorithm", .string(algorithm.name)), ("factors", .string(factors.rawValue)),
            ("by", .string(reason.rawValue)),
            ("predicted_ms", .object(predictions.map { ($0.algorithm.name, .number(rounded($0.milliseconds))) })),
        ])
    }
}

private func rounded(_ milliseconds: Double) -> Double { (milliseconds * 10_000).rounded() / 10_000 }
