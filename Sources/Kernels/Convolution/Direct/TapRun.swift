import KernelIR

/// Neighbouring positions of a phase of a gather, along one axis, that have the same taps on the map: those at an edge lack
/// some, which are on the padding.
struct TapRun {
    /// The first position, counted in the phase, and how many there are.
    let first: Int
    let count: Int
    let taps: Range<Int>

    /// Cuts the positions of a phase into runs.
    /// - Parameter source: positions of the map that it reads.
    static func runs(of phase: GatherAxis.Phase, step: Int, source: Int) -> [TapRun] {
        var runs: [TapRun] = []
        for position in 0..<phase.count {
            let inside = (0..<phase.taps).filter {
                (0..<source).contains(position * step + phase.offset + $0 * phase.offsetStep)
            }
            let taps = inside.first.map { $0..<$0 + inside.count } ?? 0..<0
            if let last = runs.last, last.taps == taps {
                runs[runs.count - 1] = TapRun(first: last.first, count: last.count + 1, taps: taps)
            } else {
                runs.append(TapRun(first: position, count: 1, taps: taps))
            }
        }
        return runs
    }
}

extension GatherAxis.Phase {
    /// The taps from the first to before the last whose source positions lie on a map of `source` positions, where the
    /// position `at` has its first tap at `at · step + offset`.
    func tapsInside(_ at: Index, step: Int, source: Int) -> (first: Index, end: Index) {
        let before = Index.maximum(0, Index(offsetStep - 1 - offset) - at * Index(step)) / Index(offsetStep)
        let behind = Index.maximum(0, Index(source - offset + offsetStep - 1) - at * Index(step)) / Index(offsetStep)
        return (before, .minimum(Index(taps), behind))
    }
}
