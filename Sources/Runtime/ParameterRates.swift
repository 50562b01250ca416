import Base
import ModelABI

/// Parameters whose learning rate is another one than that of the rest, or that are held as they are.
public struct ParameterRate: Hashable, Sendable {
    /// Of their names.
    public var pattern: NamePattern
    /// Their learning rate over that of the rest; 0 for those that no step changes, running means and variances too.
    public var factor: Double

    public init(pattern: NamePattern, factor: Double) {
        self.pattern = pattern
        self.factor = factor
    }
}

extension TrainingExtras {
    /// The factor of a parameter's learning rate: of several patterns that match its name the last one counts, but what one of
    /// them holds is held.
    public func rateFactor(of name: String) -> Double {
        let matching = rates.filter { $0.pattern.matches(name) }
        return matching.contains { $0.factor == 0 } ? 0 : matching.last?.factor ?? 1
    }
}

/// In place of a step whose parameters are held.
let nothing: unetc_kernel = { _, _ in }
