import GraphIR

/// Kernels that run beside each other. Time is counted in *moments*: groups of kernels, or steps where these run one after the
/// other.
extension Program {
    /// Whether it has been decided which kernels run beside each other.
    public var isGrouped: Bool { steps.contains { !(step($0)?.groups.isEmpty ?? true) } }

    /// The same program with its steps one after the other.
    public var ungrouped: Program {
        guard isGrouped else { return self }
        var program = self
        for id in steps { program[id].groups = [] }
        return program
    }

    /// How many moments a run has.
    public var momentCount: Int {
        let last = steps.lazy.compactMap { step($0)?.groups.last }.max()
        return last.map { $0 + 1 } ?? steps.count
    }

    /// By node index, the moments at which a step's kernels run, its preparations included: those of a companion are its
    /// host's. Leaves have −1, before the first.
    public var moments: [ClosedRange<Int>] { moments { groups, _ in groups.first } }

    /// The same without preparations: from when it reads the values that other steps make, and writes its own.
    public var mainMoments: [ClosedRange<Int>] {
        moments { groups, step in groups.isEmpty ? nil : groups[min(step.preparations, groups.count - 1)] }
    }

    private func moments(_ first: ([Int], Step) -> Int?) -> [ClosedRange<Int>] {
        var moments = [ClosedRange<Int>](repeating: -1 ... -1, count: graph.nodes.count)
        let isGrouped = isGrouped
        for (place, id) in steps.enumerated() {
            if let host = graph[id].host {
                moments[id.index] = moments[host.index]
            } else if isGrouped, let step = step(id), let first = first(step.groups, step), let last = step.groups.last
            {
                moments[id.index] = first...max(first, last)
            } else {
                moments[id.index] = place...place
            }
        }
        return moments
    }

    /// The names of the steps that run at a moment: `d_enc1_2.conv | grad.enc1_2.weight`.
    public func name(ofMoment moment: Int) -> String {
        guard isGrouped else { return graph[steps[moment]].name }
        return stepsByMoment[moment].filter { graph[$0].host == nil }
            .map { graph[$0].name }.joined(separator: " | ")
    }

    /// By moment, the steps whose kernels run there, in order; companions with their hosts.
    public var stepsByMoment: [[NodeID]] {
        var result = [[NodeID]](repeating: [], count: momentCount)
        let moments = moments
        for id in steps { for moment in moments[id.index] { result[moment].append(id) } }
        return result
    }
}
