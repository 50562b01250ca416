import Base
import DataSets
import Nets
import Predictions
import Ranks
import Recipes
import Runtime
import Tasks

/// The memory that training takes at its peak, in bytes, told before it is taken.
struct MemoryForecast: Hashable, Sendable {
    /// What the net's plans, parameters and optimiser take; allocated at the start and touched.
    var net: MemoryUse
    /// Pictures and masks that are kept decoded.
    var pictures: Int
    /// Batches that are made ahead, the one at work, and the outputs of a test.
    var buffers: Int
    /// The program itself: code, libraries, tables.
    var program: Int
    /// The largest picture and its mask, where pictures are read again.
    var decoding = 0

    var total: Int { net.totalInPages + pictures + decoding + buffers + program }

    /// `371.4 MiB: 333.8 MiB for the net, 37.4 MiB for pictures, …`.
    var text: String {
        let parts = [
            (net.totalInPages, "the net"), (pictures, "pictures"), (decoding, "reading them"), (buffers, "buffers"),
            (program, "the program"),
        ]
        return Text.bytes(total) + ": "
            + parts.filter { $0.0 > 0 }.map { "\(Text.bytes($0.0)) for \($0.1)" }.joined(separator: ", ")
    }

    /// - Parameters:
    ///   - pictures: bytes that are kept decoded.
    ///   - program: bytes that are in use besides, before the net is made.
    /// - Throws: `RuntimeError` for a model without a training plan.
    init(
        model: Model, shape: SampleShape, settings: TrainingSettings, tests: Net.Tests = .resized,
        place: RankPlace = .alone, threads: Int, pictures: Int, program: Int
    ) throws {
        net = try settings.memory(model, tests: tests, place: place, threads: threads)
        self.pictures = pictures
        self.program = program
        // Those made ahead and the one at work; a test at the forecast's time runs beside those of training.
        let kept = BatchProducer.capacity + 1
        let test = kept * shape.batchBytes(model.batchCapacity) + shape.outputBytes(model.batchCapacity)
        buffers = kept * shape.batchBytes(settings.part) + test
    }

    /// What `text` says of the net, in its parts.
    static func parts(_ use: MemoryUse) -> String {
        "arena \(Text.bytes(use.arena)), parameters \(Text.bytes(use.parameters)), "
            + "optimizer state \(Text.bytes(use.moments)), "
            + (use.sums > 0 ? "gradient sums \(Text.bytes(use.sums)), " : "")
            + (use.kept > 0 ? "kept for gradients \(Text.bytes(use.kept)), " : "")
            + (use.average > 0 ? "average \(Text.bytes(use.average)), " : "")
            + "prepared weights \(Text.bytes(use.prepared + use.derived)), "
            + "scratch \(Text.bytes(use.workspaces))"
    }
}

extension SampleShape {
    /// Bytes of a batch as the net is fed.
    func batchBytes(_ samples: Int) -> Int {
        // Of labels each has a map of its own, and not a bit of a byte.
        let planes = ((task.labels?.count ?? 1) - 1) * maskHeight * maskWidth
        return samples * (sampleBytes + planes) * MemoryLayout<Float>.stride
    }

    /// Bytes of what the net says of a batch.
    func outputBytes(_ samples: Int) -> Int {
        let channels =
            switch task {
            case .mask: 1
            case .classes(let range): range.count
            case .labels(let range): range.count
            case .reconstruction: channels
            }
        return samples * channels * outputHeight * outputWidth * MemoryLayout<Float>.stride
    }
}
