import ArgumentParser
import Predictions

/// Which mirror images are predicted as well.
enum FlipsChoice: ExpressibleByArgument, Hashable {
    /// Those that training showed.
    case auto
    case these(Flips)

    init?(argument: String) {
        if argument == "auto" {
            self = .auto
        } else if let flips = Flips(rawValue: argument) {
            self = .these(flips)
        } else {
            return nil
        }
    }

    static var allValueStrings: [String] { Flips.allCases.map(\.rawValue) + ["auto"] }

    /// nil for those of training.
    var flips: Flips? { if case .these(let flips) = self { flips } else { nil } }
}
