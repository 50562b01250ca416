import Base
import GraphIR
import Programs

/// What a person wants to know of a plan's memory.
public struct PlanReport: Hashable, Sendable {
    public struct LiveValue: Hashable, Sendable {
        public var name: String
        public var bytes: Int
    }

    public var strategy: PlanningOptions.Strategy
    public var arenaBytes: Int
    /// The most bytes alive at once: no plan of this program with these views can be smaller.
    public var lowerBoundBytes: Int
    /// No placement of these buffers can be smaller: the lower bound, or more where the exact search has proven it.
    public var provenBoundBytes: Int
    /// States that the exact search has looked at; 0 where it was not necessary, or not asked for.
    public var searchNodes: Int
    /// Whether the exact search ended before it was done.
    public var isSearchCut: Bool
    /// What the values would take if each had a place of its own.
    public var separateBytes: Int
    /// Bytes of values that lie inside another value's memory: concat operands, slices, in-place results.
    public var sharedBytes: Int
    /// Bytes of what the steps of inference prepare from parameters alone, which lies outside the arena: all of it, for
    /// those who keep it, and the largest part, which is enough where each is made anew before its step.
    public var preparedBytes: Int
    public var largestPreparedBytes: Int
    /// The step at which the bound is reached, and the largest buffers alive there.
    public var peakStep: String
    /// Its moment: a group of kernels, or a step where nothing is grouped; −1 before the first.
    public var peakMoment: Int
    public var largestAtPeak: [LiveValue]
    public var savings = PlanSavings()

    /// True if no placement of these buffers can be smaller.
    public var isOptimal: Bool { arenaBytes == provenBoundBytes }

    /// How far the arena is above the bound, in percent.
    public var gapPercent: Double { MemoryPlanning.gapPercent(arenaBytes, above: lowerBoundBytes) }

    init(
        program: Program, options: PlanningOptions, buffers: [StorageBuffer], outcome: PlacementOutcome
    ) {
        let graph = program.graph
        let arena = buffers.filter { $0.region == .arena }
        strategy = options.strategy
        arenaBytes = outcome.placement?.total ?? 0
        lowerBoundBytes = outcome.livenessBound
        provenBoundBytes = outcome.provenBound
        searchNodes = outcome.nodes
        isSearchCut = outcome.stop != nil
        let peak = peak(of: arena)
        separateBytes = arena.flatMap(\.values).reduce(0) {
            $0 + graph[$1].type.bytes(batch: options.batchCapacity).roundedUp(to: options.alignment)
        }
        sharedBytes = separateBytes - arena.reduce(0) { $0 + $1.bytes }
        let prepared = buffers.filter { $0.region == .prepared }.map(\.bytes)
        preparedBytes = prepared.reduce(0, +)
        largestPreparedBytes = prepared.max() ?? 0
        peakMoment = peak
        peakStep = program.momentCount > peak && peak >= 0 ? program.name(ofMoment: peak) : "before the first step"
        largestAtPeak = arena.filter { $0.firstStep <= peak && peak <= $0.lastStep }
            .sorted { ($0.bytes, $1.root.index) > ($1.bytes, $0.root.index) }
            .prefix(8).map { LiveValue(name: graph[$0.root].name, bytes: $0.bytes) }
    }
}

/// The first step at which the most bytes are alive.
private func peak(of buffers: [StorageBuffer]) -> Int {
    livenessLowerBound(
        buffers.map(PlacementRequest.init)
    ).step
}

extension PlanReport: CustomStringConvertible {
    public var description: String { text(peakStep: nil) }

    /// - Parameter peakStep: the number of the step at the peak, as the plan's table has it.
    public func text(peakStep number: Int?) -> String {
        var lines = [
            "arena \(mebibytes(arenaBytes)), lower bound \(mebibytes(lowerBoundBytes)), "
                + "gap \(Text.fixed(gapPercent, 1)) % (\(strategy.rawValue)), \(certificate)",
            "separate places would take \(mebibytes(separateBytes)); views and in-place results save \(mebibytes(sharedBytes))",
        ]
        lines += savings.lines
        if preparedBytes > 0 {
            lines.append(
                "prepared weights, outside the arena: \(mebibytes(preparedBytes)) kept from run to run, or "
                    + "\(mebibytes(largestPreparedBytes)) made anew in each run")
        }
        lines.append("peak at \(number.map { "step \($0), " } ?? "")\(peakStep); largest there:")
        lines += largestAtPeak.map { "  \(mebibytes($0.bytes))  \($0.name)" }
        return lines.joined(separator: "\n")
    }
}

extension PlanReport {
    /// Whether the arena could be smaller, in a few words.
    public var certificate: String {
        if isOptimal { return searchNodes == 0 || gapPercent == 0 ? "proven optimal" : "proven optimal by search" }
        return searchNodes == 0
            ? "not proven optimal" : "not proven optimal: the search stopped after \(searchNodes) nodes"
    }
}

package func mebibytes(_ bytes: Int) -> String { Text.fixed(Double(bytes) / 1_048_576, 1) + " MiB" }
