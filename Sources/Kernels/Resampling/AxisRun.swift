import KernelIR

/// Places of the result along one axis that a loop can make: `count` times the same phases, whose taps lie `advance` places
/// further on the source each time.
struct AxisRun {
    /// Neighbouring places with the same taps.
    struct Phase {
        /// The first iteration's.
        var taps: [AxisTap]
        var repeats: Int
    }

    var first: Int
    var count: Int
    var advance: Int
    var phases: [Phase]

    /// Places of the result in one iteration.
    var period: Int { phases.reduce(0) { $0 + $1.repeats } }

    /// Whether neighbours of the result are made of neighbours of the source, in the same way.
    var isContiguous: Bool { period == 1 && (advance == 1 || phases[0].taps.isEmpty) }

    /// Cuts the places into runs: loops where taps repeat after `period` places of the result and `advance` of the
    /// source, single phases between them.
    static func runs(of taps: [[AxisTap]], period: Int, advance: Int) -> [AxisRun] {
        var runs: [AxisRun] = []
        var first = 0
        while first < taps.count {
            let count = iterations(of: taps, from: first, period: period, advance: advance)
            let end = count > 1 ? first + period : first + 1
            var phases = phases(Array(taps[first..<end]))
            if count < 2 { phases[0].repeats = taps[first...].prefix { $0 == taps[first] }.count }
            let run = AxisRun(first: first, count: max(1, count), advance: advance, phases: phases)
            runs.append(run)
            first += run.count * run.period
        }
        return runs
    }

    private static func iterations(of taps: [[AxisTap]], from first: Int, period: Int, advance: Int) -> Int {
        var place = first
        while place < taps.count {
            let distance = (place - first) / period * advance
            let expected = taps[first + (place - first) % period].map {
                AxisTap(place: $0.place + distance, weight: $0.weight)
            }
            guard taps[place] == expected else { break }
            place += 1
        }
        return (place - first) / period
    }

    private static func phases(_ taps: [[AxisTap]]) -> [Phase] {
        var phases: [Phase] = []
        for taps in taps {
            if let last = phases.last, last.taps == taps {
                phases[phases.count - 1].repeats += 1
            } else {
                phases.append(Phase(taps: taps, repeats: 1))
            }
        }
        return phases
    }
}

extension AxisRun.Phase {
    /// From so many neighbours on, a sum of them is a loop.
    private static let loopLength = 9

    /// Whether the taps are neighbours that are just added.
    private var isWindow: Bool {
        guard let first = taps.first else { return false }
        return taps.enumerated().allSatisfy { $1 == AxisTap(place: first.place + $0, weight: 1) }
    }

    /// Terms that have to be written out.
    var termCount: Int { isWindow && taps.count >= Self.loopLength ? 1 : taps.count }

    /// The sum that the taps stand for, moved by `distance` on the source.
    func sum(movedBy distance: Index) -> TapSum {
        if isWindow, taps.count >= Self.loopLength {
            let from = distance + Index(taps[0].place)
            return .window(from: from, to: from + Index(taps.count), weight: nil)
        }
        return .terms(
            taps.map {
                TapSum.Term(place: distance + Index($0.place), weight: $0.weight == 1 ? nil : .constant($0.weight))
            })
    }
}
