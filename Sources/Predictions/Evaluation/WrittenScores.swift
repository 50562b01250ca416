import Base
import Tasks
import TrainerSupport

/// How good predictions are at the pictures' own size, as `predict` writes them.
package struct WrittenScores: Hashable, Sendable {
    /// By the task's measures, over all pixels of all pictures.
    package var values: [Double?] = []
    /// Of class maps: how often which class was taken for which.
    package var confusion: ConfusionMatrix?
    /// Of labels that overlap: how well each was found.
    package var labels: LabelSums?
    /// In the order of the test.
    package var pictures: [PictureScores] = []
    /// Of masks and of labels that overlap.
    package var curve: ThresholdCurve?
    /// Those that were drawn.
    package var worst: WorstSheet?
    /// Of each picture the Dice of each of the settings' trials.
    package var trials: [[Double?]] = []
    /// Why they could not be measured; nil when they were.
    package var fault: String?

    /// Says them, or why there are none.
    package func tell(_ task: TrainingTask, _ console: Console) {
        if let fault {
            console.warn("nothing was measured \(Self.title): \(fault)")
        } else {
            console.say("\(Self.title): \(task.text(values))")
            for line in lines { console.say(line) }
        }
    }

    /// What else there is to be said.
    package var lines: [String] { [meansText, thresholdText].compactMap { $0 } }

    /// Of masks, and of labels for all of them: which threshold would have been the best for these pictures; nil without any object.
    private var thresholdText: String? {
        guard let best = curve?.best else { return nil }
        return "the best threshold for these pictures is \(Text.fixed(best.threshold, 4)), with Dice "
            + "\(Text.fixed(best.dice, 4))"
    }

    /// `means over 12 pictures: Dice …; the worst is p7 with 0.4132`; nil where no picture was measured.
    package var meansText: String? {
        guard let worst = pictures.worstFirst.first, let dice = worst.value(.dice) else { return nil }
        guard pictures.count > 1 else { return "of this picture: \(pictures.meansText)" }
        return "means over \(pictures.count) pictures: \(pictures.meansText); the worst is \(worst.name.shown) with a "
            + "Dice of \(Text.fixed(dice, 4))"
    }

    /// What they are the measures of.
    package static let title = "on masks as predict writes them, at the pictures' own size"
}
