import Imaging
import Tasks

/// One row of a prediction at the picture's size.
struct PredictedRow {
    /// `[channels, width]`, 0 ... 1: probabilities, or the values of a picture.
    var values: UnsafeBufferPointer<Float>
    /// Of each pixel: 1 for object, 0 for background; its class; or a bit for each of its labels.
    var labels: [UInt8]
    /// Red, green and blue of each pixel; empty when no overlay is wanted.
    var picture: [UInt8]
}

/// Something that is made of a prediction row by row.
protocol PredictionRows: AnyObject {
    /// Takes the next row; the last one completes the file.
    /// - Throws: `ImageError` when it cannot be written.
    func append(_ row: PredictedRow) throws
}

/// Writes all files of one picture's prediction, row by row; where something is done to the whole mask, that is kept, a byte a
/// pixel, and written at the end.
///
/// Each file appears when its last row is there; a writer that is given up leaves none.
final class PredictionWriter {
    /// Whether rows have to come with the picture's pixels.
    let needsPicture: Bool
    private let size: PictureSize
    private let postprocessing: Postprocessing
    /// The mask, class map or labels so far, where something is done to it.
    private var labels: [UInt8] = []
    private let task: TrainingTask
    private let threshold: Float
    private let job: PredictionJob
    private var rowsLeft: Int
    private let hasOverlay: Bool
    /// Made of labels, and of values alone.
    private let results: [any PredictionRows]
    private let probabilities: [any PredictionRows]

    /// - Throws: `ImageError` when a file cannot be made.
    init(
        _ job: PredictionJob, size: PictureSize, channels: Int, task: TrainingTask, style: PredictionStyle
    ) throws {
        self.task = task
        self.job = job
        threshold = style.threshold
        rowsLeft = size.height
        self.size = size
        postprocessing = task.needsMasks ? style.postprocessing : .none
        var outputs: [any PredictionRows] =
            task.labels == nil
            ? [try ResultRows(job.result, size, channels, task)] : [try LabelRows(job.results, size)]
        probabilities = try style.probabilityBits.map { [try ProbabilityRows(job.probabilities, size, bits: $0)] } ?? []
        hasOverlay = job.overlay != nil
        needsPicture = hasOverlay && postprocessing.isNone
        if let overlay = job.overlay {
            switch style.overlay {
            case .none: break
            case .tinted: outputs.append(try OverlayRows(overlay, size, task))
            case .figure(let names): outputs.append(FigureRows(overlay, size, names))
            }
        }
        results = outputs
    }

    /// Takes the next row.
    /// - Parameters:
    ///   - values: `[channels, width]`, 0 ... 1.
    ///   - picture: red, green and blue of each pixel, where `needsPicture`.
    /// - Throws: `ImageError` when a file cannot be written, or, about the picture, when one is in the way now.
    func append(_ values: UnsafeBufferPointer<Float>, picture: [UInt8]) throws {
        rowsLeft -= 1
        if rowsLeft == 0 { try job.checkFree(task) }
        let row = PredictedRow(values: values, labels: task.labels(values, threshold: threshold), picture: picture)
        for output in probabilities { try output.append(row) }
        if postprocessing.isNone {
            for output in results { try output.append(row) }
        } else {
            labels += row.labels
        }
    }

    /// Writes what waits for the whole mask, once all rows have come.
    /// - Parameter picture: reads the picture again, for what is drawn on it.
    /// - Throws: as `append`.
    func finish(_ picture: () throws -> PictureAgain) throws {
        guard !postprocessing.isNone else { return }
        postprocessing.apply(to: &labels, width: size.width, task)
        let rows = hasOverlay ? try picture() : nil
        let nothing = UnsafeBufferPointer<Float>(start: nil, count: 0)
        for start in stride(from: 0, to: labels.count, by: size.width) {
            let row = PredictedRow(
                values: nothing, labels: Array(labels[start..<start + size.width]),
                picture: try rows?.next() ?? [])
            for output in results { try output.append(row) }
        }
    }
}

/// A mask for each label.
private final class LabelRows: PredictionRows {
    private let writers: [PNGRowWriter]

    init(_ paths: [String], _ size: PictureSize) throws {
        writers = try paths.map { path in
            try PNGRowWriter(path: path, width: size.width, height: size.height, samples: .gray8, isSmooth: false)
        }
    }

    func append(_ row: PredictedRow) throws {
        for (number, writer) in writers.enumerated() {
            try writer.append(row.labels.map { LabelRange.has($0, number) ? 255 : 0 })
        }
    }
}

/// The mask, the class map or the reconstructed picture.
private final class ResultRows: PredictionRows {
    private let writer: PNGRowWriter
    private let task: TrainingTask
    private let channels: Int

    init(_ path: String, _ size: PictureSize, _ channels: Int, _ task: TrainingTask) throws {
        let samples: PNGRowWriter.Samples = task == .reconstruction && channels == 3 ? .rgb8 : .gray8
        writer = try PNGRowWriter(
            path: path, width: size.width, height: size.height, samples: samples,
            isSmooth: task == .reconstruction)
        self.task = task
        self.channels = channels
    }

    func append(_ row: PredictedRow) throws {
        switch task {
        case .mask: try writer.append(row.labels.map { $0 == 0 ? 0 : 255 })
        case .classes, .labels: try writer.append(row.labels)
        case .reconstruction:
            let width = writer.width
            var pixels = [UInt8](repeating: 0, count: channels * width)
            for (i, value) in row.values.enumerated() {
                pixels[i % width * channels + i / width] = UInt8((255 * value).rounded())
            }
            try writer.append(pixels)
        }
    }
}

/// A gray picture of the probability of the object, or one for each class or label.
private final class ProbabilityRows: PredictionRows {
    private let writers: [PNGRowWriter]
    private let bits: Int

    init(_ paths: [String], _ size: PictureSize, bits: Int) throws {
        self.bits = bits
        writers = try paths.map { path in
            try PNGRowWriter(
                path: path, width: size.width, height: size.height, samples: bits == 16 ? .gray16 : .gray8,
                isSmooth: true)
        }
    }

    func append(_ row: PredictedRow) throws {
        for (channel, writer) in writers.enumerated() {
            let values = row.values[channel * writer.width..<(channel + 1) * writer.width]
            guard bits == 16 else {
                try writer.append(values.map { UInt8((255 * $0).rounded()) })
                continue
            }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(2 * values.count)
            for value in values {
                let number = UInt16((65535 * value).rounded())
                bytes.append(UInt8(number >> 8))
                bytes.append(UInt8(truncatingIfNeeded: number))
            }
            try writer.append(bytes)
        }
    }
}

/// The picture beside itself in the colours of its classes, made small while rows come.
private final class FigureRows: PredictionRows {
    private let path: String
    private let size: PictureSize
    private let names: ClassNames
    private var picture: BitmapResizer
    private var overlaid: BitmapResizer
    private var received = 0

    init(_ path: String, _ size: PictureSize, _ names: ClassNames) {
        self.path = path
        self.size = size
        self.names = names
        let small = ClassColors.overlaySize(size)
        (picture, overlaid) = (BitmapResizer(from: size, to: small), BitmapResizer(from: size, to: small))
    }

    func append(_ row: PredictedRow) throws {
        picture.push(row.picture)
        overlaid.push(ClassColors.mixed(row.picture, row.labels))
        received += 1
        guard received == size.height else { return }
        try ClassColors.overlay(picture.finish(), overlaid.finish(), names: names, of: size).writeResult(to: path)
    }
}

extension BitmapResizer {
    convenience init(from old: PictureSize, to new: PictureSize) {
        self.init(width: old.width, height: old.height, newWidth: new.width, newHeight: new.height)
    }
}
