import ArgumentParser
import Base
import Tasks
import TrainerSupport

/// From which probability on a pixel is object.
enum ThresholdChoice: ExpressibleByArgument, Hashable {
    case value(Double)
    /// What was best on the pictures that test.
    case best

    init?(argument: String) {
        if argument == "best" {
            self = .best
        } else if let value = Double(argument) {
            self = .value(value)
        } else {
            return nil
        }
    }

    static func validate(_ choice: ThresholdChoice?) throws {
        if case .value(let value) = choice, !(value > 0 && value < 1) {
            let hint = Text.shareMeant(by: value).map { " Did you mean \($0)?" } ?? ""
            throw ValidationError("--threshold takes a probability between 0 and 1, or best, found \(value).\(hint)")
        }
    }

    /// - Returns: of labels that overlap, one for all of them.
    /// - Throws: `TrainerError` where nobody knows what is best, or the net learns no masks.
    static func resolve(_ choice: ThresholdChoice?, _ task: TrainingTask, _ weights: ChosenWeights) throws -> Float? {
        guard let choice else { return nil }
        if !task.hasThreshold {
            throw TrainerError("--threshold: the net learns \(task), not a binary mask", hint: "leave it out")
        }
        switch choice {
        case .value(let value): return Float(value)
        case .best: return Float(try weights.bestThreshold())
        }
    }
}
