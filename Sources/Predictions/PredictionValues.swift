import PictureCode
import Tasks

/// What a net's output says, as numbers from 0 to 1.
extension TrainingTask {
    /// Turns outputs `[channels, count]` into probabilities (of the object, or of each class or label), or the values of a
    /// reconstructed picture, in place. What is no number becomes 0, or the same probability for all classes.
    func makeValues(of outputs: UnsafeMutableBufferPointer<Float>, channels: Int) {
        unetc_make_values(code, outputs.baseAddress, channels, outputs.count / max(1, channels))
    }

    /// What pixels with such values are: 1 for object, 0 for background; their classes; or a bit for each label they have;
    /// nothing of a reconstruction.
    /// - Parameter threshold: a pixel is object, or has a label, from this probability on.
    func labels(_ values: UnsafeBufferPointer<Float>, threshold: Float) -> [UInt8] {
        guard self != .reconstruction else { return [] }
        let channels = partCount ?? 1
        let count = values.count / max(1, channels)
        return [UInt8](unsafeUninitializedCapacity: count) { labels, initialized in
            unetc_make_labels(code, values.baseAddress, channels, count, threshold, labels.baseAddress)
            initialized = count
        }
    }

    private var code: unetc_task {
        switch self {
        case .mask: UNETC_TASK_MASK
        case .classes: UNETC_TASK_CLASSES
        case .labels: UNETC_TASK_LABELS
        case .reconstruction: UNETC_TASK_RECONSTRUCTION
        }
    }
}

/// Mirror images whose predictions are averaged.
package enum Flips: String, CaseIterable, Hashable, Sendable {
    case none
    /// The picture, and left and right exchanged.
    case h
    /// The picture, and top and bottom exchanged.
    case v
    /// Also upside down, and both.
    case hv

    package init(columns: Bool, rows: Bool) {
        self = columns ? (rows ? .hv : .h) : (rows ? .v : .none)
    }

    /// Whether columns and rows are turned round, in the order in which the net sees them.
    package var passes: [(columns: Bool, rows: Bool)] {
        switch self {
        case .none: [(false, false)]
        case .h: [(false, false), (true, false)]
        case .v: [(false, false), (false, true)]
        case .hv: [(false, false), (true, false), (false, true), (true, true)]
        }
    }
}

/// Maps `[channels, height, width]`, turned round.
func flipped(_ maps: [Float], height: Int, width: Int, columns: Bool, rows: Bool) -> [Float] {
    guard columns || rows else { return maps }
    var result: [Float] = []
    result.reserveCapacity(maps.count)
    for channel in stride(from: 0, to: maps.count, by: height * width) {
        for row in 0..<height {
            let start = channel + (rows ? height - 1 - row : row) * width
            let line = maps[start..<start + width]
            if columns { result += line.reversed() } else { result += line }
        }
    }
    return result
}
