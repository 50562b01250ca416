/// The samples of one step, as the net wants them.
struct Batch: Sendable {
    /// One `[channels, height, width]` per sample, 0 ... 1.
    var pictures: [[Float]]
    /// One `[maskHeight, maskWidth]` per sample, 0 or 1, or class numbers; none when there is no target.
    var targets: [[Float]]
}

/// Turns cached bytes into floats.
struct BatchMaker: Sendable {
    let data: DataSet

    /// A byte as a number from 0 to 1; the same as dividing in Float, which rounds correctly.
    static func unit(_ byte: UInt8) -> Float { Float(byte) / 255 }

    /// The picture of a sample, as floats.
    func picture(_ sample: Int, isFlipped: Bool = false) -> [Float] {
        Self.floats(data.samples[sample].picture, rowLength: data.shape.width, isFlipped: isFlipped, Self.unit)
    }

    /// The batch of the given samples, mirrored as the epoch's draw says; nil for no flips.
    func batch(_ samples: [Int], flips: EpochDraw?) -> Batch {
        var batch = Batch(pictures: [], targets: [])
        let range = data.shape.task.classes
        for sample in samples {
            let isFlipped = flips?.isFlipped(sample) ?? false
            batch.pictures.append(picture(sample, isFlipped: isFlipped))
            guard data.shape.task.needsMasks else { continue }
            batch.targets.append(
                Self.floats(data.samples[sample].mask, rowLength: data.shape.maskWidth, isFlipped: isFlipped) {
                    range?.fed($0) ?? Float($0)
                })
        }
        return batch
    }

    private static func floats(
        _ bytes: [UInt8], rowLength: Int, isFlipped: Bool, _ value: (UInt8) -> Float
    ) -> [Float] {
        guard isFlipped else { return bytes.map(value) }
        var floats: [Float] = []
        floats.reserveCapacity(bytes.count)
        for row in stride(from: 0, to: bytes.count, by: rowLength) {
            for place in stride(from: row + rowLength - 1, through: row, by: -1) { floats.append(value(bytes[place])) }
        }
        return floats
    }
}

/// Makes batches on a thread of its own, so that the next one is ready when the current step ends.
final class BatchProducer {
    private struct State {
        var ready: [Batch] = []
        var isStopped = false
    }

    /// Batches made ahead.
    static let capacity = 2

    private let state = Monitor(State())
    private let thread: PosixThread
    private var left: Int

    /// - Parameter batches: the samples of each step, in order.
    init(maker: BatchMaker, batches: [[Int]], flips: EpochDraw?) throws {
        left = batches.count
        let state = state
        thread = try PosixThread {
            for samples in batches {
                let batch = maker.batch(samples, flips: flips)
                let isStopped = state.wait { s -> Bool? in
                    if s.isStopped { return true }
                    guard s.ready.count < Self.capacity else { return nil }
                    s.ready.append(batch)
                    return false
                }
                if isStopped { return }
            }
        }
    }

    deinit {
        state.withLock { $0.isStopped = true }
        thread.join()
    }

    /// The next batch, waited for if need be; nil at the end.
    func next() -> Batch? {
        guard left > 0 else { return nil }
        left -= 1
        return state.wait { $0.ready.isEmpty ? nil : $0.ready.removeFirst() }
    }
}
