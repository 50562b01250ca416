import Base
import DataSets
import Nets
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
        let pieces = settings.pieces(of: Array(0..<max(1, min(training, settings.samplesPerStep))))
        let share = StepShare(pieces.map { $0.map(\.count) })
        let sizes = share.sizes.flatMap { $0 }.filter { $0 > 0 }
        var batches: [Int: Batch] = [:]
        for size in sizes where batches[size] == nil { batches[size] = Self.batch(size, net.interface.shape) }
        var number = 0
        let step = try Self.mean {
            number += 1
            var place = -1
            _ = try net.step(share, settings: settings.steps, scalars: settings.optimizer.scalars(step: number)) {
                place += 1
                return batches[sizes[place]]
            }
        }
        let tested = Self.batch(net.model.batchCapacity, net.interface.shape)
        return (step, try Self.mean { _ = try net.tested(tested) })
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
