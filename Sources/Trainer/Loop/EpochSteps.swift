import DataSets
import Nets
import Recipes
import Runtime
import TrainerSupport

/// The steps of a run's epochs: which pictures each one takes, with which numbers, and what it does to the net.
///
/// All of it follows from the settings and the progress, so that steps which are taken again give the same bits.
struct EpochSteps {
    let net: Net
    let data: DataSet
    let settings: TrainingSettings

    /// The steps of an epoch, each of so many batches as are accumulated; the last may have fewer, and smaller ones.
    var count: Int { (data.epochCount + settings.samplesPerStep - 1) / settings.samplesPerStep }

    /// The numbers of the step with that number in the run, counted from 1.
    func scalars(_ number: Int, _ progress: RunProgress) -> StepScalars {
        settings.scalars(step: number, stepsPerEpoch: count, plateau: progress.plateau)
    }

    /// What is left of the epoch under way.
    struct Rest {
        /// For each step the samples of its batches.
        let steps: [[Int]]
        /// Makes these batches, ahead of the steps.
        let producer: BatchProducer
    }

    /// - Parameter spans: where it is noted what the threads do that make batches.
    /// - Throws: `ThreadError` when no thread can be started.
    func rest(of progress: RunProgress, spans: SpanRecorder? = nil) throws -> Rest {
        let draw = EpochDraw(seed: settings.seed, epoch: progress.epoch + 1)
        let steps = data.order(draw).chunks(of: settings.samplesPerStep).map(settings.runs)
            .dropFirst(progress.stepInEpoch)
        let maker = BatchMaker(data: data, augmentation: EpochAugmentation(settings: settings.augmentation, draw: draw))
        return Rest(
            steps: steps.map { $0.map(\.count) },
            producer: try BatchProducer(maker: maker, batches: steps.flatMap { $0 }, spans: spans))
    }

    /// Takes the next step. The progress moves on where its numbers are good.
    ///
    /// - Parameters:
    ///   - sizes: samples of the batches that it takes.
    ///   - look: looks at every result, which takes longer and gives the same.
    ///   - spans: where it is noted what this thread does.
    ///   - recorder: where it is noted what the threads do that run plans.
    /// - Throws: as `Net.step`; `Interrupted` where pictures are lacking, and then nothing has changed.
    func take(
        _ sizes: [Int], from producer: BatchProducer, _ progress: inout RunProgress, look: Net.Look,
        spans: SpanRecorder? = nil, recorder: RunRecorder? = nil
    ) throws -> Net.StepResult {
        let result = try net.step(
            sizes, settings: settings.steps, scalars: scalars(progress.step + 1, progress), look: look, spans: spans,
            recorder: recorder, next: producer.next)
        if result.broken == nil && result.fault == nil {
            let samples = sizes.reduce(0, +)
            progress.step += 1
            progress.stepInEpoch += 1
            progress.lossSum += result.loss * Double(samples)
            progress.samples += samples
        }
        return result
    }
}
