/// A schedule as text: its graph, then the order of the steps with the layouts of what they make.
/// `Schedule(parsing:)` reads it back to an equal schedule.
///
/// ```
/// graph unet {
///   …
/// }
/// schedule {
///   step %4 in nchw16c  // enc1_1
///   step %5  // enc1_1.nchw
/// }
/// ```
/// A value without `in` is row-major. `value %2 in nchw8c` says the same of what no step makes.
extension Schedule {
    /// The text form; the same schedule gives the same bytes in every process.
    public var text: String {
        let made = Set(steps)
        var lines = ["schedule {"]
        for id in graph.ids where !made.contains(id) && layouts[id.index] != .nchw {
            lines.append("  value \(line(id))")
        }
        for id in steps { lines.append("  step \(line(id))") }
        return graph.text + lines.joined(separator: "\n") + "\n}\n"
    }

    private func line(_ id: NodeID) -> String {
        let layout = layouts[id.index] == .nchw ? "" : " in \(layouts[id.index])"
        return "\(id)\(layout)  // \(quotedIfNeeded(graph[id].name))"
    }
}
