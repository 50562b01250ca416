import GraphIR
import Programs

/// A plan as text: its graph and program, then where each value lies and what runs.
/// `PlanListing(parsing:)` reads it back to an equal listing.
///
/// ```
/// graph unet {
///   …
/// }
/// program {
///   step %3 by winograd4 {…} {scratch: 9216}  // enc1_1
/// }
/// plan train {
///   settings {batch: 4, strategy: greedy, alignment: 64}
///   sizes {arena: 195166208, parameters: 93519104, prepared: 0, largest_prepared: 0, derived: 0}
///   proof {bound: 195166208, nodes: 0, cut: 0}
///   saved {fusion: 271581184, in_place: 1048576, views: 29048832, streamed_updates: 21286912, order: 13107200}
///   buffer 0 of %0 {region: arena, offset: 0, bytes: 786432, moments: [-1, 157]}
///     value %0 {start: 0, stride: 49152}  // image
///   buffer 1 scratch of %3 {region: arena, offset: 786432, bytes: 9216, moments: [0, 0]}
///   run %3 by "winograd 4x4" {workspace: 4096}  // enc1_1
/// }
/// ```
/// Offsets and bytes are bytes, `start` and `stride` floats; moments are groups of kernels, or steps of the
/// program where nothing is grouped, −1 before the first and their number after the last. `proof` has the bytes that no placement of the buffers can go below, and the nodes that the exact
/// search looked at, `cut: 1` if it was not done; what `saved` says is told at `PlanSavings`. Both may be left out. Scratch belongs to a
/// step while it runs; `prepared` is what a step makes of parameters alone.
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
        lines += reportLines(plan.report)
        for index in plan.buffers.indices { lines += bufferLines(index) }
        lines += runs.map(line)
        return plan.program.text + lines.joined(separator: "\n") + "\n}\n"
    }

    /// What the planner knows of the plan beyond what stands in it.
    private func reportLines(_ report: PlanReport) -> [String] {
        let proof = [
            Attribute("bound", report.provenBoundBytes), Attribute("nodes", report.searchNodes),
            Attribute("cut", report.isSearchCut ? 1 : 0),
        ]
        let saved = [
            Attribute("fusion", report.savings.fusedBytes), Attribute("in_place", report.savings.inPlaceBytes),
            Attribute("views", report.savings.viewBytes),
            Attribute("streamed_updates", report.savings.streamedUpdateBytes),
            Attribute("order", report.savings.orderBytes),
        ]
        return ["  proof \(braced(proof))", "  saved \(braced(saved))"]
    }

    private func bufferLines(_ index: Int) -> [String] {
        let buffer = plan.buffers[index]
        let attributes: [Attribute] = [
            Attribute("region", buffer.region.rawValue), Attribute("offset", buffer.offset),
            Attribute("bytes", buffer.bytes), Attribute("moments", [buffer.firstStep, buffer.lastStep]),
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
        return "    value \(id) \(braced(attributes))  // \(quotedIfNeeded(plan.program.graph[id].name))"
    }

    private func line(_ run: Run) -> String {
        let algorithm = run.algorithm.map { " by \(quoted($0))" } ?? ""
        let attributes =
            (run.workspaceBytes == 0 ? [] : [Attribute("workspace", run.workspaceBytes)])
        let further = attributes.isEmpty ? "" : " " + braced(attributes)
        return "  run \(run.node)\(algorithm)\(further)  // \(quotedIfNeeded(plan.program.graph[run.node].name))"
    }
}
