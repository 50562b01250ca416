import GraphIR
import Kernels
import MemoryPlanning

extension LoweredPlan {
    /// The plan as a table a person can read: steps with their algorithms, and where each result lies.
    public var table: String {
        var rows = [
            [
                "step", "group", "value", "operation", "algorithm", "layout", "place", "bytes", "workspace", "tasks",
                "busy",
            ]
        ]
        let groups = groups
        for (index, step) in steps.enumerated() {
            let result = resultColumns(step)
            rows.append(
                ["\(index)", "\(groups[index])", step.name, step.operation, step.algorithm] + result
                    + ["\(step.workspaceBytes)", "\(work(of: step).tasks)", busyColumn(step)])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return padded.joined(separator: "  ").trimmingTrailingSpaces
        }
        return "plan \(name), batch \(plan.batchCapacity)\n\(tile.map { "\($0)\n" } ?? "")\(plan.report)\n\n"
            + lines.joined(separator: "\n") + "\n"
    }

    /// How much of 8, 16, 32 and 64 cores a step's tasks can use, in percent, were they all equal.
    private func busyColumn(_ step: PlannedStep) -> String {
        let tasks = work(of: step).tasks
        return [8, 16, 32, 64].map { "\(Int((100 * TaskCuts.share(of: $0, tasks: tasks)).rounded()))" }
            .joined(separator: "/")
    }
}

extension LoweredPlan {
    /// Layout, place and bytes of what the step makes.
    private func resultColumns(_ step: PlannedStep) -> [String] {
        if step.isPreparation, let prepared = step.operands.first.map({ tensors[$0] }) {
            return ["-", "\(prepared.region.rawValue)+\(prepared.offset)", "\(prepared.bytes)"]
        }
        let location = plan.locations[step.node.index]
        let place = location.map { "\(plan.buffers[$0.buffer].region.rawValue)+\(plan.byteOffset(of: $0))" } ?? "-"
        return [
            plan.program.layout(of: step.node).description, place,
            "\(graph[step.node].type.bytes(batch: plan.batchCapacity))",
        ]
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
