import DataSets
import Nets
import Ranks
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
    /// The processes that take the steps together; nil for this one alone.
    var ranks: RankGroup?

    /// The steps of an epoch, each of so many batches as are accumulated; the last may have fewer, and smaller ones.
    var count: Int { (data.epochCount + settings.samplesPerStep - 1) / settings.samplesPerStep }

    /// The numbers of the step with that number in the run, counted from 1.
    func scalars(_ number: Int, _ progress: RunProgress) -> StepScalars {
        settings.scalars(step: number, stepsPerEpoch: count, plateau: progress.plateau)
    }

    /// What is left of the epoch under way.
    struct Rest {
        let steps: [StepShare]
        /// Makes the batches of this process, ahead of the steps.
        let producer: BatchProducer
    }

    /// - Parameter spans: where it is noted what the threads do that make batches.
    /// - Throws: `ThreadError` when no thread can be started.
    func rest(of progress: RunProgress, spans: SpanRecorder? = nil) throws -> Rest {
        let draw = EpochDraw(seed: settings.seed, epoch: progress.epoch + 1)
        let steps = data.order(draw).chunks(of: settings.samplesPerStep).dropFirst(progress.stepInEpoch).map {
            let pieces = settings.pieces(of: $0)
            let share = StepShare(
                pieces.map { $0.map(\.count) }, place: ranks?.place ?? .alone,
                isAtOnce: settings.sharesBatches(net.model))
            return (pieces: pieces, share: share)
        }
        let own = steps.flatMap { $0.share.own(of: $0.pieces) }
        let maker = BatchMaker(data: data, augmentation: EpochAugmentation(settings: settings.augmentation, draw: draw))
        return Rest(
            steps: steps.map(\.share), producer: try BatchProducer(maker: maker, batches: own, spans: spans))
    }

    /// Takes the next step. The progress moves on where its numbers are good.
    ///
    /// - Parameters:
    ///   - share: the samples that it takes.
    ///   - word: what this process has to say to the others.
    ///   - look: looks at every result, which takes longer and gives the same.
    ///   - spans: where it is noted what this thread does.
    ///   - recorder: where it is noted what the threads do that run plans.
    /// - Throws: as `Net.step`; `Interrupted` where pictures are lacking, and then nothing has changed.
    func take(
        _ share: StepShare, from producer: BatchProducer, _ progress: inout RunProgress, word: UInt8 = 0,
        look: Net.Look,
        spans: SpanRecorder? = nil, recorder: RunRecorder? = nil
    ) throws -> Net.StepResult {
        let result = try net.step(
            share, settings: settings.steps, scalars: scalars(progress.step + 1, progress), look: look, spans: spans,
            recorder: recorder, ranks: ranks, word: word, next: producer.next)
        if result.broken == nil && result.fault == nil {
            progress.step += 1
            progress.stepInEpoch += 1
            progress.lossSum += result.loss * Double(share.samples)
            progress.samples += share.samples
        }
        return result
    }
}
