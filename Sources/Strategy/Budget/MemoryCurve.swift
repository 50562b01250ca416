import Base
import MemoryPlanning

/// Ways to train with less and less memory, the fastest first.
public struct MemoryCurve: Sendable {
    public struct Point: Hashable, Sendable {
        /// Of the whole trainer without decoded pictures.
        public var bytes: Int
        public var arenaBytes: Int
        /// Of a step, as the cost models predict it.
        public var milliseconds: Double
        /// Runs of the net in a step.
        public var parts: Int
        /// The share of the step that computes values again.
        public var addedShare: Double
    }

    public var points: [Point]

    init(of choices: [BudgetChoice]) {
        let all = choices.map {
            Point(
                bytes: $0.memory.total, arenaBytes: $0.memory.arena, milliseconds: $0.milliseconds,
                parts: $0.split.parts, addedShare: $0.addedShare)
        }
        points = []
        for point in all.sorted(by: { ($0.milliseconds, $0.bytes) < ($1.milliseconds, $1.bytes) })
        where points.last.map({ point.bytes < $0.bytes }) ?? true {
            points.append(point)
        }
    }

    /// How much longer a step is than the fastest.
    private func ratio(_ point: Point) -> Double { point.milliseconds / (points.first?.milliseconds ?? 1) }

    public var text: String {
        let rows = points.map { point in
            [
                mebibytes(point.bytes), mebibytes(point.arenaBytes), "\(point.parts)",
                Text.fixed(100 * point.addedShare, 1) + " %", Text.fixed(point.milliseconds, 1) + " ms",
                Text.fixed(ratio(point), 2),
            ]
        }
        let head = ["memory", "arena", "parts", "computed again", "step", "time / fastest"]
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ") + "\n"
        }.joined()
    }

    public var csv: String {
        "bytes,arena_bytes,parts,computed_again_share,step_ms\n"
            + points.map {
                "\($0.bytes),\($0.arenaBytes),\($0.parts),\(Text.fixed($0.addedShare, 4)),\(Text.fixed($0.milliseconds, 2))\n"
            }.joined()
    }
}
