import ArgumentParser
import Recipes

/// A learning rate: of all parameters, or of those of some names.
enum RateOption: Hashable, Sendable, ExpressibleByArgument {
    case all(Double)
    case some(ParameterSettings.Rate)

    init?(argument: String) {
        if let rate = Double(argument) {
            self = .all(rate)
        } else if let rate = ParameterSettings.Rate(parsing: argument) {
            self = .some(rate)
        } else {
            return nil
        }
    }
}

extension [RateOption] {
    /// Of all parameters; nil where none is given.
    var all: Double? {
        compactMap { if case .all(let rate) = $0 { rate } else { nil } }.last
    }

    var some: [ParameterSettings.Rate] {
        compactMap { if case .some(let rate) = $0 { rate } else { nil } }
    }
}
