import Base
import DataSets
import Nets
import Ranks
import Recipes
import Runtime
import Tasks

/// Times a net's steps and tests on drawn numbers, for a forecast before there are pictures. The net is changed by that.
struct StepMeasurement {
    var net: Net
    var settings: TrainingSettings
    /// Pictures that train, of which a step takes no more than there are.
    var training: Int

    /// The mean seconds of a step, and of the test of a batch of the model's capacity.
    /// - Throws: `RuntimeError` or `TrainerError` when the net cannot run.
    func run() throws -> (step: Double, testedBatch: Double) {
        net.parameters.initialize(settings.initialValues, seed: settings.seed)
        let step = try seconds(at: .alone)
        let tested = Self.batch(net.model.batchCapacity, net.interface.shape)
        return (step, try Self.mean { _ = try net.tested(tested) })
    }

    /// The mean seconds of a process's share of a step, without what it would get from others.
    /// - Throws: as `run`.
    func seconds(at place: RankPlace, trace: ShareTrace? = nil) throws -> Double {
        let (pieces, share) = share(at: place)
        let sizes = share.own(of: pieces).map(\.count)
        var batches: [Int: Batch] = [:]
        for size in sizes where batches[size] == nil { batches[size] = Self.batch(size, net.interface.shape) }
        var number = 0
        return try Self.mean {
            number += 1
            var place = -1
            _ = try net.step(
                share, settings: settings.steps, scalars: settings.optimizer.scalars(step: number), trace: trace
            ) {
                place += 1
                return batches[sizes[place]]
            }
        }
    }

    /// The pictures of a step that a process has.
    func samples(at place: RankPlace) -> Int {
        let (pieces, share) = share(at: place)
        return share.own(of: pieces).reduce(0) { $0 + $1.count }
    }

    private func share(at place: RankPlace) -> (pieces: [[[Int]]], share: StepShare) {
        let pieces = settings.pieces(of: Array(0..<max(1, min(training, settings.samplesPerStep))))
        let sizes = pieces.map { $0.map(\.count) }
        return (pieces, StepShare(sizes, place: place, isAtOnce: settings.sharesBatches(net.model)))
    }

    private static func mean(_ body: () throws -> Void) throws -> Double {
        var meter = SpeedMeter(warmUp: 1)
        while !meter.isDone {
            let start = monotonicSeconds()
            try body()
            meter.add(monotonicSeconds() - start)
        }
        return meter.mean ?? 0
    }

    /// Pictures of noise, and masks of every class.
    private static func batch(_ count: Int, _ shape: SampleShape) -> Batch {
        var random = SplitMix64(seed: 0)
        let classes = shape.task.classes?.count ?? 2
        return Batch(
            (0..<count).map { _ in
                let pixels = (0..<shape.channels * shape.height * shape.width).map { _ in Float(random.unit()) }
                let planes = shape.task.labels?.count ?? 1
                let mask = (0..<planes * shape.maskHeight * shape.maskWidth).map { _ in
                    Float(random.index(below: classes))
                }
                let nothing = Sample(name: "", file: "", picture: [], mask: [])
                return BatchItem(picture: pixels, target: shape.task.needsMasks ? mask : nil, sample: nothing)
            })
    }
}
