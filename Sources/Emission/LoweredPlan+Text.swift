import GraphIR
import MemoryPlanning

extension LoweredPlan {
    /// The plan as a table a person can read: steps with their algorithms, and where each result lies.
    public var table: String {
        var rows = [["step", "value", "operation", "algorithm", "layout", "place", "bytes", "workspace"]]
        for (index, step) in steps.enumerated() {
            let node = graph[step.node]
            let location = plan.locations[step.node.index]
            let place = location.map { "\(plan.buffers[$0.buffer].region.rawValue)+\(plan.byteOffset(of: $0))" } ?? "-"
            let layout = plan.schedule.layouts[step.node.index].description
            let bytes = 4 * node.type.elementCount(batch: plan.batchCapacity)
            rows.append([
                "\(index)", step.name, step.operation, step.algorithm, layout, place, "\(bytes)",
                "\(4 * (step.stage?.kernel.workspaceExtent ?? 0))",
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return padded.joined(separator: "  ").trimmingTrailingSpaces
        }
        return "plan \(name), batch \(plan.batchCapacity)\n\(plan.report)\n\n" + lines.joined(separator: "\n") + "\n"
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
