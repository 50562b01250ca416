import KernelIR

/// Places of the result along one axis that a loop can make: `count` times the same phases, whose taps lie as many places
/// further on the source each time, or further back in a mirror.
struct AxisRun {
    /// Neighbouring places with the same taps.
    struct Phase {
        /// The first iteration's.
        var taps: [AxisTap]
        /// By how many places each tap moves from one iteration to the next.
        var steps: [Int]
        var repeats: Int
    }

    var first: Int
    var count: Int
    var phases: [Phase]

    /// Places of the result in one iteration.
    var period: Int { phases.reduce(0) { $0 + $1.repeats } }

    /// Whether neighbours of the result are made of neighbours of the source, in the same way.
    var isContiguous: Bool { period == 1 && phases[0].steps.allSatisfy { $0 == 1 } }

    /// Cuts the places into runs: loops where taps repeat after `period` places of the result and `advance` of the
    /// source, single phases between them.
    static func runs(of taps: [[AxisTap]], period: Int, advance: Int) -> [AxisRun] {
        var runs: [AxisRun] = []
        var first = 0
        while first < taps.count {
            let steps = (first..<min(first + period, taps.count)).map { place in
                movement(from: taps[place], to: place + period < taps.count ? taps[place + period] : [], advance)
            }
            let count = iterations(of: taps, from: first, period: period, steps: steps)
            let end = count > 1 ? first + period : first + 1
            var phases = phases(Array(zip(taps[first..<end], steps)))
            if count < 2 { phases[0].repeats = taps[first...].prefix { $0 == taps[first] }.count }
            let run = AxisRun(first: first, count: max(1, count), phases: phases)
            runs.append(run)
            first += run.count * run.period
        }
        return runs
    }

    /// Which way each of a place's taps goes to become the next iteration's.
    private static func movement(from taps: [AxisTap], to next: [AxisTap], _ advance: Int) -> [Int] {
        taps.indices.map { number in
            next.indices.contains(number) && next[number].place == taps[number].place - advance ? -advance : advance
        }
    }

    private static func iterations(of taps: [[AxisTap]], from first: Int, period: Int, steps: [[Int]]) -> Int {
        var place = first
        while place < taps.count {
            let (iteration, phase) = (place - first).quotientAndRemainder(dividingBy: period)
            let expected = zip(taps[first + phase], steps[phase]).map {
                AxisTap(place: $0.place + iteration * $1, weight: $0.weight)
            }
            guard taps[place] == expected else { break }
            place += 1
        }
        return (place - first) / period
    }

    private static func phases(_ places: [(taps: [AxisTap], steps: [Int])]) -> [Phase] {
        var phases: [Phase] = []
        for (taps, steps) in places {
            if let last = phases.last, last.taps == taps {
                phases[phases.count - 1].repeats += 1
            } else {
                phases.append(Phase(taps: taps, steps: steps, repeats: 1))
            }
        }
        return phases
    }
}

extension AxisRun.Phase {
    /// From so many neighbours on, a sum of them is a loop.
    private static let loopLength = 9

    /// Whether the taps are neighbours that are just added, and stay so.
    private var isWindow: Bool {
        guard let first = taps.first, steps.allSatisfy({ $0 == steps[0] }) else { return false }
        return taps.enumerated().allSatisfy { $1 == AxisTap(place: first.place + $0, weight: 1) }
    }

    /// Terms that have to be written out.
    var termCount: Int { isWindow && taps.count >= Self.loopLength ? 1 : taps.count }

    /// The sum that the taps of an iteration stand for.
    func sum(in iteration: Index) -> TapSum {
        if isWindow, taps.count >= Self.loopLength {
            let from = iteration * Index(steps[0]) + Index(taps[0].place)
            return .window(from: from, to: from + Index(taps.count), weight: nil)
        }
        return .terms(
            zip(taps, steps).map { tap, step in
                let place =
                    step < 0
                    ? Index(tap.place) - iteration * Index(-step) : iteration * Index(step) + Index(tap.place)
                return TapSum.Term(place: place, weight: tap.weight == 1 ? nil : .constant(tap.weight))
            })
    }
}
