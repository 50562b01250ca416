import Nets
import Recipes
import Runtime
import TrainerSupport

/// The errors that end a run whose numbers went bad; they say where these did.
struct FaultSearch {
    let steps: EpochSteps
    let files: RunFiles
    let console: Console
    let interruption: Interruption

    private var net: Net { steps.net }

    /// The error of a step, or of what it left.
    ///
    /// The net is of no use after that.
    /// - Parameters:
    ///   - what: is wrong.
    ///   - number: the step where that was noticed, from 1.
    func diverged(_ what: String, step number: Int, _ progress: RunProgress) -> TrainerError {
        let fault = firstFault(through: number)
        return TrainerError(
            "\(what) at step \(number)\(fault.map { "; " + $0 } ?? "")\(keptCheckpoint)",
            hint: "train with a smaller --lr (it is \(steps.scalars(number, progress).learningRate))")
    }

    /// What a parameter is no longer; nil when all are finite.
    /// - Throws: `RuntimeError`.
    func brokenParameter() throws -> String? {
        try net.firstBrokenParameter().map { "parameter \"\($0)\" is no longer finite" }
    }

    /// The error of a test that gave no numbers, of which nothing is saved.
    /// - Parameter progress: within the epoch that was tested.
    func untestable(_ fault: String, _ progress: RunProgress) throws -> TrainerError {
        if let what = try brokenParameter() { return diverged(what, step: progress.step, progress) }
        return TrainerError(
            "\(fault), in the test of epoch \(progress.epoch + 1)\(keptCheckpoint)",
            hint: "train with a smaller --lr (it is \(steps.scalars(max(1, progress.step), progress).learningRate))")
    }

    /// `; the last good checkpoint is …`; empty when there is none.
    private var keptCheckpoint: String {
        FileSystem.isFile(files.checkpoint) ? "; the last good checkpoint is \(files.checkpoint)" : ""
    }

    /// Takes the steps since the last checkpoint once more, which gives the same bits, and looks at every result.
    ///
    /// - Parameter last: the last step worth a look, counted from 1.
    /// - Returns: `first bad value: nan in enc3_1 (unet.graph:12), conv + relu, at step 412`; nil when none is found, and
    ///   when a signal comes.
    private func firstFault(through last: Int) -> String? {
        // Not together: only the first process has the checkpoint.
        guard steps.ranks == nil else { return nil }
        do {
            var progress = try rewound()
            console.say("looking for the layer: steps \(progress.step + 1) to \(last) once more")
            let bar = ProgressBar(console: console, label: "looking for the layer")
            defer { console.clear() }
            let rest = try steps.rest(of: progress)
            for share in rest.steps where progress.step < last && !interruption.isRequested {
                let rate = steps.scalars(progress.step + 1, progress).learningRate
                let result = try steps.take(share, from: rest.producer, &progress, look: .values)
                if let broken = result.broken {
                    return "\(broken.text), at step \(progress.step + 1), where the learning rate was \(rate)"
                }
                if result.fault != nil { return nil }
                bar.show(progress.step, of: last)
            }
            return nil
        } catch {
            return nil
        }
    }

    /// Brings the net back to the last checkpoint, or to its beginning.
    private func rewound() throws -> RunProgress {
        if FileSystem.isFile(files.checkpoint) {
            return try Checkpoint(path: files.checkpoint).restore(net.parameters).progress
        }
        net.parameters.initialize(steps.settings.initialValues, seed: steps.settings.seed)
        return RunProgress()
    }
}
