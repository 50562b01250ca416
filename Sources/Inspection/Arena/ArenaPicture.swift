import GraphIR

/// What there is to see of a plan's arena: which bytes hold what during which steps.
///
/// Steps are the rows of the plan's step table, as everywhere (`PlanRows`), both ends of a range included; −1 stands for before
/// the first step, their number for after the last.
public struct ArenaPicture: Hashable, Sendable {
    /// What a box's bytes hold.
    public enum Content: String, Hashable, Sendable, CaseIterable {
        /// What the caller provides: inputs, targets.
        case given
        case forward
        case backward
        /// Memory that a step's kernels share while it runs.
        case scratch
    }

    /// Bytes of the arena that are in use during some steps.
    public struct Box: Hashable, Sendable {
        public var content: Content
        public var steps: ClosedRange<Int>
        /// From the start of the arena. Of a value that lies inside a wider one, such as an operand of a concat, the share
        /// of a sample that it takes: samples lie behind each other, all with their own part of it.
        public var bytes: Range<Int>
        public var name: String
        /// Name, shape, bytes, lifetime, for people who ask.
        public var detail: String
        /// Values that take turns, or lie side by side, in a box of more than one.
        public var parts: [Box] = []
    }

    /// A row of the step table.
    public struct Step: Hashable, Sendable {
        public var name: String
        public var operation: String
        public var phase: Phase
        /// Bytes of the boxes that are alive during the step.
        public var aliveBytes: Int
        /// Of those, the bytes that hold something: in a box of several values not all of them are there at all times.
        public var usedBytes: Int
    }

    public var title: String
    /// What lies outside the arena.
    public var remarks: [String]
    public var arenaBytes: Int
    /// The most bytes alive at once: no plan of this schedule with these boxes can be smaller.
    public var lowerBoundBytes: Int
    /// The first step at which the bound is reached; nil for an empty arena.
    public var peakStep: Int?
    public var steps: [Step]
    public var boxes: [Box]
}

extension ArenaPicture.Box {
    /// The bytes that hold something during a step.
    func usedBytes(at step: Int) -> Int {
        guard steps.contains(step) else { return 0 }
        guard !parts.isEmpty else { return bytes.count }
        let used = parts.filter { $0.steps.contains(step) }.map(\.bytes).sorted { $0.lowerBound < $1.lowerBound }
        var total = 0
        var end = bytes.lowerBound
        for range in used where range.upperBound > end {
            total += range.upperBound - max(range.lowerBound, end)
            end = range.upperBound
        }
        return total
    }
}
