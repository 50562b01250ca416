import Base

/// A schedule that a budget of time has made shorter, from a step on.
///
/// How many epochs fit is found out by the clock, once. What follows from it is part of the settings and so of the checkpoint: the
/// rate of every step is again a function of the settings alone, for `--resume` and `--repeat`.
package struct ScheduleFit: Hashable, Sendable {
    /// Steps that were done when it was decided: up to there the rate is that of all epochs.
    package var from: Int
    /// The epochs after which schedule and training end.
    package var epochs: Int

    package init(from: Int, epochs: Int) {
        self.from = from
        self.epochs = epochs
    }
}

extension ScheduleFit: LosslessStringConvertible {
    /// `epochs=12,from=41`.
    package var description: String { "epochs=\(epochs),from=\(from)" }

    package init?(_ text: String) {
        let sides = text.split(separator: ",").map { $0.split(separator: "=").map(String.init) }
        guard sides.count == 2, sides.allSatisfy({ $0.count == 2 }), sides[0][0] == "epochs", sides[1][0] == "from",
            let epochs = Int(sides[0][1]), let from = Int(sides[1][1]), epochs > 0, from >= 0
        else { return nil }
        self.init(from: from, epochs: epochs)
    }
}

extension Schedule {
    /// Whether its rates depend on when training ends.
    package var endsWithTraining: Bool {
        switch self {
        case .cosine, .polynomial, .oneCycle: true
        case .constant, .step, .plateau: false
        }
    }
}

extension TrainingSettings {
    /// Epochs after which training ends: those asked for, or as many as fit into the time.
    package var epochsToTrain: Int { min(epochs, fit?.epochs ?? epochs) }

    /// Of the epochs by which the rate of a step is found.
    /// - Parameter place: the step's, from 0.
    func scheduledEpochs(at place: Int) -> Int {
        guard let fit, place >= fit.from else { return epochs }
        return fit.epochs
    }
}
