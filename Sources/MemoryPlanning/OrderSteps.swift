import GraphIR
import Programs

/// Moves steps so that fewer bytes are alive at the peak, by descent: of the buffers that are alive at the peak without
/// being used there, the largest first, either what reads them last runs before the peak, or what makes them after it,
/// each with what it needs or what needs it. A move is kept if it lowers the peak, or leaves fewer steps at it. Where
/// nothing helps, the order is the one given.
///
/// The bits of results do not depend on it: a step computes the same wherever it runs.
func orderSteps(_ program: Program, options: PlanningOptions) -> Program {
    let order = StepOrder(program)
    guard !order.units.isEmpty else { return program }
    var search = OrderSearch(order, ProgramOutline(program), options)
    search.descend()
    return search.isMoved ? order.program(search.best.order) : program
}

/// An order with what it asks of memory.
private struct OrderCandidate {
    var order: [Int]
    var steps: [NodeID]
    var buffers: [StorageBuffer]
    /// Bytes at the peak, how many steps have as many, and the first of them.
    var peak: (bytes: Int, count: Int, step: Int)

    init(_ order: [Int], _ units: StepOrder, _ outline: ProgramOutline, _ options: PlanningOptions) {
        self.order = order
        steps = units.steps(order)
        var outline = outline
        outline.steps = steps
        buffers = PlannedBuffers.ofArena(outline, options: options)
        // Index 0 stands for before the first step, the last one for after the last.
        var changes = [Int](repeating: 0, count: steps.count + 3)
        for buffer in buffers where buffer.lastStep >= buffer.firstStep {
            changes[buffer.firstStep + 1] += buffer.bytes
            changes[buffer.lastStep + 2] -= buffer.bytes
        }
        peak = (0, 0, 0)
        var alive = 0
        for (index, change) in changes.enumerated() {
            alive += change
            if alive > peak.bytes { peak = (alive, 0, index - 1) }
            if alive == peak.bytes { peak.count += 1 }
        }
    }

    func isBetter(than other: OrderCandidate) -> Bool {
        (peak.bytes, peak.count) < (other.peak.bytes, other.peak.count)
    }
}

private struct OrderSearch {
    private let steps: StepOrder
    private let outline: ProgramOutline
    private let options: PlanningOptions
    private(set) var best: OrderCandidate
    private(set) var isMoved = false
    private var trialsLeft: Int

    /// Trials times steps, so that large graphs take no more time a step than small ones.
    private static let workLimit = 400_000
    /// Buffers looked at for each peak, the largest.
    private static let bufferLimit = 24

    init(_ steps: StepOrder, _ outline: ProgramOutline, _ options: PlanningOptions) {
        self.steps = steps
        self.outline = outline
        self.options = options
        best = OrderCandidate(Array(steps.units.indices), steps, outline, options)
        trialsLeft = min(options.orderTrials, max(1, Self.workLimit / max(1, steps.units.count)))
    }

    mutating func descend() {
        while let better = betterNeighbor() {
            best = better
            isMoved = true
        }
    }

    private mutating func betterNeighbor() -> OrderCandidate? {
        guard let place = placeOfPeak() else { return nil }
        let alive = best.buffers.filter { $0.firstStep <= best.peak.step && best.peak.step <= $0.lastStep }
            .sorted { ($0.bytes, $1.root.index) > ($1.bytes, $0.root.index) }
        var tried: Set<[Int]> = []
        for buffer in alive.prefix(Self.bufferLimit) {
            for order in moves(of: buffer, place) where tried.insert(order).inserted {
                guard trialsLeft > 0 else { return nil }
                trialsLeft -= 1
                let candidate = OrderCandidate(order, steps, outline, options)
                if candidate.isBetter(than: best) { return candidate }
            }
        }
        return nil
    }

    /// The place of the peak's unit in the order; nil for a peak before the first or after the last step.
    private func placeOfPeak() -> Int? {
        guard best.steps.indices.contains(best.peak.step) else { return nil }
        // The peak can be at an effect, which goes with the unit before it.
        let ids = best.steps[...best.peak.step]
        guard let unit = ids.reversed().lazy.compactMap({ steps.unitOfNode[$0.index] }).first else { return nil }
        return best.order.firstIndex(of: unit)
    }

    private func moves(of buffer: StorageBuffer, _ place: Int) -> [[Int]] {
        var orders: [[Int]] = []
        if best.steps.indices.contains(buffer.lastStep), buffer.lastStep > best.peak.step,
            let last = steps.unitOfNode[best.steps[buffer.lastStep].index],
            let order = steps.hastening(last, to: place, in: best.order)
        {
            orders.append(order)
        }
        if best.steps.indices.contains(buffer.firstStep), buffer.firstStep < best.peak.step,
            let first = steps.unitOfNode[best.steps[buffer.firstStep].index],
            let order = steps.delaying(first, to: place, in: best.order)
        {
            orders.append(order)
        }
        return orders
    }
}
