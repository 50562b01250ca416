import GraphIR

/// A plan as text: its graph and schedule, then where each value lies and what runs.
/// `PlanListing(parsing:)` reads it back to an equal listing.
///
/// ```
/// graph unet {
///   …
/// }
/// schedule {
///   …
/// }
/// plan train {
///   settings {batch: 4, strategy: greedy, alignment: 64}
///   sizes {arena: 195166208, parameters: 93519104, prepared: 0, largest_prepared: 0, derived: 0}
///   certificate {proven_bound: 195166208, search_nodes: 0, search_cut: 0}
///   savings {fused: 301989888, in_place: 0, views: 0, streamed_updates: 52428800, order: 0}
///   buffer 0 of %0 {region: arena, offset: 0, bytes: 786432, steps: [-1, 157]}
///     value %0 {start: 0, stride: 49152}  // image
///   buffer 1 scratch of %3 {region: arena, offset: 786432, bytes: 9216, steps: [0, 0]}
///   run %3 by "winograd 4x4" {workspace: 4096}  // enc1_1
/// }
/// ```
/// Offsets and bytes are bytes, `start` and `stride` floats; steps are those of the schedule, −1 before the first and their
/// number after the last. The certificate and the savings are those of
/// `PlanReport`. Scratch belongs to a step while it runs; `prepared` is what a step makes of parameters alone.
extension PlanListing {
    /// The text form; the same listing gives the same bytes in every process.
    public var text: String {
        var lines = ["plan \(quotedIfNeeded(name)) {"]
        let options: [Attribute] = [
            Attribute("batch", plan.batchCapacity), Attribute("strategy", plan.report.strategy.rawValue),
            Attribute("alignment", plan.alignment),
        ]
        let sizes: [Attribute] = [
            Attribute("arena", plan.arenaBytes), Attribute("parameters", plan.parameterBytes),
            Attribute("prepared", plan.preparedBytes), Attribute("largest_prepared", plan.largestPreparedBytes),
            Attribute("derived", plan.derivedBytes),
        ]
        lines.append("  settings \(braced(options))")
        lines.append("  sizes \(braced(sizes))")
        let certificate = [
            Attribute("proven_bound", plan.report.provenBoundBytes), Attribute("search_nodes", plan.report.searchNodes),
            Attribute("search_cut", plan.report.isSearchCut ? 1 : 0),
        ]
        lines.append("  certificate \(braced(certificate))")
        let savings = PlanSavings.parts.map { Attribute($0.name, plan.report.savings[keyPath: $0.part]) }
        lines.append("  savings \(braced(savings))")
        for index in plan.buffers.indices { lines += bufferLines(index) }
        lines += runs.map(line)
        return plan.schedule.text + lines.joined(separator: "\n") + "\n}\n"
    }

    private func bufferLines(_ index: Int) -> [String] {
        let buffer = plan.buffers[index]
        let attributes: [Attribute] = [
            Attribute("region", buffer.region.rawValue), Attribute("offset", buffer.offset),
            Attribute("bytes", buffer.bytes), Attribute("steps", [buffer.firstStep, buffer.lastStep]),
        ]
        let use = plan.use(ofBuffer: index)
        let word = use == .values ? "" : use.rawValue + " "
        return ["  buffer \(index) \(word)of \(buffer.root) \(braced(attributes))"] + buffer.values.map(valueLine)
    }

    private func valueLine(_ id: NodeID) -> String {
        let location = plan.locations[id.index]
        let attributes = [
            Attribute("start", location?.elementOffset ?? 0), Attribute("stride", location?.sampleStride ?? 0),
        ]
        return "    value \(id) \(braced(attributes))  // \(quotedIfNeeded(plan.schedule.graph[id].name))"
    }

    private func line(_ run: Run) -> String {
        let algorithm = run.algorithm.map { " by \(quoted($0))" } ?? ""
        let workspace = run.workspaceBytes == 0 ? "" : " " + braced([Attribute("workspace", run.workspaceBytes)])
        return "  run \(run.node)\(algorithm)\(workspace)  // \(quotedIfNeeded(plan.schedule.graph[run.node].name))"
    }
}
