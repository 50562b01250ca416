import Nets
import Recipes
import Runtime
import TrainerSupport

/// Where numbers go bad.
extension TrainingRun {
    /// Takes the steps since the last checkpoint once more, which gives the same bits, and looks at every result.
    ///
    /// The net is of no use after that.
    /// - Parameter step: the last step worth a look, counted from 1.
    /// - Returns: `first bad value: nan in enc3_1 (unet.graph:12), conv + relu, at step 412`; nil when none is found.
    func firstFault(through step: Int) -> String? {
        do {
            closeProfile()
            try rewind()
            console.say("looking for the layer: steps \(record.progress.step + 1) to \(step) once more")
            isReplaying = true
            defer { isReplaying = false }
            while record.progress.step < step, try trainEpoch() == nil {}
            return nil
        } catch let found as FaultFound {
            return found.text
        } catch {
            return nil
        }
    }

    private func rewind() throws {
        if FileSystem.isFile(files.checkpoint) {
            record.progress = try Checkpoint(path: files.checkpoint).restore(net.parameters).progress
        } else {
            net.parameters.initialize(settings.initialValues, seed: settings.seed)
            record.progress = RunProgress()
        }
    }
}

/// A step whose numbers are bad.
struct FaultFound: Error {
    var value: BrokenValue
    /// From 1.
    var step: Int
    var learningRate: Double

    /// `first bad value: nan in enc3_1 (unet.graph:12), conv + relu, at step 412, where the learning rate was 0.1`
    var text: String { "\(value.text), at step \(step), where the learning rate was \(learningRate)" }
}
