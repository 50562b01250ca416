import Base
import GraphIR
import Kernels
import MemoryPlanning

extension LoweredPlan {
    /// The plan as a table a person can read: steps with their algorithms, where each writes, and what it reads.
    ///
    /// Steps have the numbers of `PlanRows`, which are those of all other outputs; places are those of `tensors`.
    public var table: String {
        var rows = [
            [
                "step", "group", "value", "operation", "algorithm", "layout", "place", "MiB", "bytes", "workspace",
                "tasks", "busy", "ms", "line", "reads",
            ]
        ]
        let groups = groups
        for (index, step) in steps.enumerated() {
            rows.append(
                ["\(index)", "\(groups[index])", step.name, step.operation, step.algorithm] + writtenColumns(step)
                    + ["\(step.workspaceBytes)", "\(work(of: step).tasks)", busyColumn(step), timeColumn(step)]
                    + [graph[step.node].origin.location.map { "\($0.line)" } ?? "-", readColumn(step)])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return padded.joined(separator: "  ").trimmingTrailingSpaces
        }
        return "plan \(name), batch \(plan.batchCapacity)\n\(tile.map { "\($0)\n" } ?? "")"
            + plan.report.text(peakStep: peakStep) + "\n\n" + lines.joined(separator: "\n") + "\n"
    }

    /// The first step at the peak; nil before the first.
    private var peakStep: Int? {
        let moment = plan.report.peakMoment
        guard moment >= 0 else { return nil }
        let row = PlanRows(PlanListing(self)).rows(during: moment...moment).lowerBound
        return steps.indices.contains(row) ? row : nil
    }

    /// How much of 8, 16, 32 and 64 cores a step's tasks can use, in percent, were they all equal.
    private func busyColumn(_ step: PlannedStep) -> String {
        let tasks = work(of: step).tasks
        return [8, 16, 32, 64].map { "\(Int((100 * TaskCuts.share(of: $0, tasks: tasks)).rounded()))" }
            .joined(separator: "/")
    }

    /// What the cost models say of all kernels of a step, on one core, beside the last of them.
    private func timeColumn(_ step: PlannedStep) -> String {
        guard step.name == graph[step.node].name, let time = plan.program[step.node].milliseconds else { return "-" }
        return Text.fixed(time, 2)
    }
}

extension LoweredPlan {
    /// Layout, place and bytes of what the step writes: its value, what it prepares for the next kernel, or a parameter.
    private func writtenColumns(_ step: PlannedStep) -> [String] {
        let accesses = Array(step.accesses)
        guard let place = step.operands.indices.first(where: { accesses[$0] != "r" }) else {
            return ["-", "-", "-", "0"]
        }
        let tensor = tensors[step.operands[place]]
        return [
            tensor.role == .scratch ? "-" : tensor.layout.description, "\(tensor.region.rawValue)+\(tensor.offset)",
            Text.fixed(Double(tensor.offset) / 1_048_576, 2),
            "\(tensor.type.bytes(batch: plan.batchCapacity))",
        ]
    }

    /// The operands that it does not write.
    private func readColumn(_ step: PlannedStep) -> String {
        let accesses = Array(step.accesses)
        let names = step.operands.indices.filter { accesses[$0] == "r" }.map { tensors[step.operands[$0]].name }
        return names.isEmpty ? "-" : names.joined(separator: ", ")
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
