import Base
import Runtime

/// The learning rate of every step of a training: a function of the step alone, with the same bits on every machine.
struct RateCurve: Hashable, Sendable {
    var schedule: Schedule
    /// Epochs in which the rate rises along a line from nearly nothing.
    var warmup: Double
    var stepsPerEpoch: Int
    var epochs: Int

    private var total: Int { max(1, stepsPerEpoch * epochs) }
    private var warmSteps: Int { Self.steps(warmup, stepsPerEpoch) }

    /// Of step `place`, from 0: what the largest rate is times, and the momentum that goes with it, if any does.
    func values(at place: Int) -> (factor: Double, momentum: Double?) {
        let warm = warmSteps
        let rise = place < warm ? Double(place + 1) / Double(warm + 1) : 1
        let part = min(1, Double(max(0, place - warm)) / Double(max(1, total - warm)))
        switch schedule {
        case .constant, .plateau: return (rise, nil)
        case .cosine(let final):
            return (rise * (final + (1 - final) / 2 * (1 + Trigonometry.cosine(turns: part / 2))), nil)
        case .polynomial(let power): return (rise * Powers.power(1 - part, power), nil)
        case .step(let every, let factor):
            return (rise * Powers.power(factor, place / max(1, Self.steps(every, stepsPerEpoch))), nil)
        case .oneCycle(let cycle):
            let values = cycle.values(at: place, of: total)
            return (values.factor, values.momentum)
        }
    }

    private static func steps(_ epochs: Double, _ stepsPerEpoch: Int) -> Int {
        Int(min(epochs * Double(stepsPerEpoch), 1e15).rounded())
    }
}
