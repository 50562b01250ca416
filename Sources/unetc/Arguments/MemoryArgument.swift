import ArgumentParser
import Driver
import Strategy
import MemoryPlanning

/// How to plan memory: a strategy, or what the trainer may take.
enum MemoryArgument: ExpressibleByArgument {
    case strategy(PlanningOptions.Strategy)
    /// In bytes.
    case budget(Int)

    init?(argument: String) {
        if let strategy = PlanningOptions.Strategy(rawValue: argument) {
            self = .strategy(strategy)
        } else if let bytes = Self.bytes(argument) {
            self = .budget(bytes)
        } else {
            return nil
        }
    }

    /// A compilation with the strategy, or with the fastest way to train in so much memory.
    /// - Parameters:
    ///   - threads: that training will run on.
    ///   - tell: is told what a budget means.
    /// - Throws: `DriverError` when nothing fits.
    func compilation(
        of session: Session, _ options: CompileOptions, threads: Int, timings: Timings = Timings(),
        tell: (BudgetChoice) -> Void
    ) throws -> Compilation {
        var options = options
        if case .strategy(let strategy) = self { options.strategy = strategy }
        let compilation = Compilation(session, options, timings: timings)
        if case .budget(let bytes) = self {
            tell(try compilation.fit(to: bytes, trainer: .standard, threads: threads))
        }
        return compilation
    }

    var defaultValueDescription: String {
        switch self {
        case .strategy(let strategy): strategy.rawValue
        case .budget(let bytes): "\(bytes >> 20)M"
        }
    }

    /// Reads `512M`, `1.5G`.
    private static func bytes(_ text: String) -> Int? {
        let units: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
        guard let last = text.last?.uppercased().first, let unit = units[last], let number = Double(text.dropLast()),
            number > 0, number * unit < 1e18
        else { return nil }
        return Int(number * unit)
    }
}

extension PlanningOptions.Strategy: ExpressibleByArgument {}
