import Base
import DataSets
import Imaging
import Nets
import Tasks
import TrainerSupport

/// Predicts pictures that are resized to the net's size, and the result back to theirs.
///
/// Workers decode pictures ahead and write results while the net runs on the calling thread. Of pictures that
/// are done nothing but names is kept. What is written does not depend on the number of threads.
package struct WholePrediction {
    /// Of one graph; what they say is averaged.
    let nets: [Net]
    let style: PredictionStyle
    let threads: Int
    let isStrict: Bool

    package init(nets: [Net], style: PredictionStyle, threads: Int, isStrict: Bool) {
        self.nets = nets
        self.style = style
        self.threads = threads
        self.isStrict = isStrict
    }

    /// - Parameters:
    ///   - isInterrupted: asked between batches and rows, while pictures are decoded, and while paths are waited for; after
    ///     a yes only what is written already stays.
    ///   - notice: called for each picture that the net can run on.
    ///   - progress: called with the number of pictures that are done or left out.
    /// - Throws: `TrainerError` when strict about a picture; `ImageError` when a result cannot be written, which leaves no
    ///   half of it; `RuntimeError`.
    package func run(
        _ source: PredictionSource, isInterrupted: @escaping @Sendable () -> Bool,
        notice: (PredictionJob, PictureSize) -> Void, progress: (Int) -> Void
    ) throws -> PredictionTally {
        let queue = PredictionQueue(source, capacity: nets[0].model.batchCapacity)
        let tools = PredictionTools(shape: nets[0].interface.shape, style: style)
        var workers: [PosixThread] = []
        defer {
            queue.close()
            workers.forEach { $0.join() }
        }
        // One that waits for paths must not keep results from being written.
        for _ in 0..<max(2, threads) {
            do {
                workers.append(try PosixThread { queue.work(tools, isInterrupted) })
            } catch  where !workers.isEmpty { break }
        }
        var tally = PredictionTally()
        var seen = 0
        while let batch = try queue.nextBatch() {
            seen += batch.count
            guard !isInterrupted() else {
                queue.stop()
                tally.isInterrupted = true
                break
            }
            let ready = batch.compactMap { $0.noting(&tally.report) }
            if isStrict, let error = tally.report.strictError { throw error }
            for input in ready { notice(input.job, input.size) }
            try predict(ready, queue)
            progress(seen)
            guard !isInterrupted() else {
                tally.isInterrupted = queue.stop()
                break
            }
        }
        // What would have come nobody knows.
        if source.count == nil && isInterrupted() { tally.isInterrupted = true }
        let outcome = try queue.finish()
        (tally.written, tally.pixels) = (outcome.written, outcome.pixels)
        tally.isInterrupted = tally.isInterrupted || outcome.isInterrupted
        tally.report.issues += outcome.issues
        if isStrict, let error = tally.report.strictError { throw error }
        return tally
    }

    private func predict(_ inputs: [PredictionInput], _ queue: PredictionQueue) throws {
        guard !inputs.isEmpty else { return }
        let outputs = try nets.outputs(of: inputs.map(\.picture), style.flips) {
            Net.outputFault(inputs[$0].job.picture)
        }
        queue.write(
            inputs.enumerated().map { index, input in
                PredictionResult(job: input.job, size: input.size, outputs: outputs[index])
            })
    }
}

extension [Net] {
    /// What each net says of each picture and of its mirror images: for a picture the first net's passes, then the others'.
    /// - Parameter fault: the error for a picture of which a net says no number.
    /// - Throws: `RuntimeError`, and that error.
    func outputs(of pictures: [[Float]], _ flips: Flips, fault: (Int) -> TrainerError) throws -> [[[Float]]] {
        var outputs = [[[Float]]](repeating: [], count: pictures.count)
        for net in self {
            let shape = net.interface.shape
            for pass in flips.passes {
                let said = try net.outputs(
                    of: pictures.map {
                        flipped($0, height: shape.height, width: shape.width, columns: pass.columns, rows: pass.rows)
                    })
                for (index, output) in said.enumerated() { outputs[index].append(output) }
            }
        }
        if let broken = outputs.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) { throw fault(broken) }
        return outputs
    }
}

/// A decoded picture at the net's size, and its own size.
struct PredictionInput: Sendable {
    var job: PredictionJob
    /// `[channels, height, width]`, as the net is fed it.
    var picture: [Float]
    var size: PictureSize
}

/// What the net says of a picture.
struct PredictionResult: Sendable {
    var job: PredictionJob
    /// Of the picture.
    var size: PictureSize
    /// One for each net and pass of the flips.
    var outputs: [[Float]]
}

extension Result where Success == PredictionInput, Failure == ImageError {
    /// The picture; nil after noting why there is none.
    fileprivate func noting(_ report: inout DataReport) -> PredictionInput? {
        switch self {
        case .success(let input): return input
        case .failure(let error):
            report.issues.append(DataIssue(file: error.file, reason: error.message))
            return nil
        }
    }
}

/// What workers do with pictures.
struct PredictionTools: Sendable {
    let shape: SampleShape
    let style: PredictionStyle

    func decode(_ job: PredictionJob) -> Result<PredictionInput, ImageError> {
        do throws(ImageError) {
            var moments = PictureMoments(channels: shape.channels)
            let sized = try SizedPicture(
                path: job.picture, width: shape.width, height: shape.height, channels: shape.channels,
                options: style.decoding, observing: style.normalization.needsMoments ? { moments.take($0) } : nil)
            var planes = style.range.planes(sized.planes)
            style.normalization.apply(to: &planes, channels: shape.channels, moments: moments.channels)
            return .success(
                PredictionInput(
                    job: job, picture: planes.fed(channels: shape.channels),
                    size: PictureSize(width: sized.info.width, height: sized.info.height)))
        } catch {
            return .failure(error)
        }
    }

    /// - Throws: `ImageError` or `TrainerError` when a file cannot be written, or the picture cannot be read again;
    ///   `Interrupted`.
    func write(_ result: PredictionResult, _ isInterrupted: () -> Bool) throws {
        let maps = PredictedMaps(result.outputs, flips: style.flips, shape: shape)
        try result.job.makeFolders()
        let writer = try PredictionWriter(
            result.job, size: result.size, channels: maps.channels, task: shape.task, style: style)
        func picture() throws -> PictureAgain {
            try PictureAgain(result.job.picture, expected: result.size, bands: shape.channels, style)
        }
        let rows = writer.needsPicture ? try picture() : nil
        try maps.eachRow(of: result.size) { row in
            if isInterrupted() { throw Interrupted() }
            try writer.append(row, picture: try rows?.next() ?? [])
        }
        try writer.finish(picture)
    }
}

/// The rows of a picture that has been read before.
final class PictureAgain {
    private let rows: PictureFloats
    private let shown: ShownBands

    /// - Throws: `ImageError` when the file cannot be read any more, or is another one now.
    init(_ path: String, expected: PictureSize, bands: Int, _ style: PredictionStyle) throws {
        let reader = try PictureReader(path: path, bands: bands, options: style.decoding)
        rows = PictureFloats(reader, style.range)
        shown = reader.channels == 3 ? ShownBands(of: 3) : style.shownBands ?? ShownBands(of: reader.channels)
        guard reader.width == expected.width, reader.height == expected.height else {
            throw ImageError(file: path, message: "has changed while it was predicted; predict it again")
        }
    }

    /// Red, green and blue of the next row's pixels, as the net's range shows them.
    func next() throws -> [UInt8] {
        let row = try rows.next().shown
        return rows.channels == 3 ? row : shown.chosen(of: row, channels: rows.channels)
    }
}

/// The rows of a picture as deep as its file, with what becomes 0 and 1.
final class PictureFloats {
    private let reader: PictureReader
    private let range: PictureRange
    /// The channels of each pixel side by side.
    private var row: SizedPicture.Samples

    var channels: Int { reader.channels }

    init(_ reader: PictureReader, _ range: PictureRange) {
        self.reader = reader
        self.range = range
        let count = reader.channels * reader.width
        let depth = reader.info.depth == .words && !range.keepsDepth ? .bytes : reader.info.depth
        switch depth {
        case .bytes: row = .bytes(Array(repeating: 0, count: count))
        case .words: row = .words(Array(repeating: 0, count: count))
        case .floats: row = .floats(Array(repeating: 0, count: count))
        }
    }

    /// The row that came last, or zeros.
    var planes: PicturePlanes { range.planes(row) }

    /// The channels of the next row's pixels side by side.
    func next() throws -> PicturePlanes {
        switch row {
        case .bytes(var bytes):
            // Lets go of the array, so that it is not copied.
            row = .bytes([])
            try bytes.withUnsafeMutableBufferPointer { try reader.readRow(into: $0) }
            row = .bytes(bytes)
        case .words(var words):
            row = .words([])
            try words.withUnsafeMutableBufferPointer { try reader.readRow(into: $0) }
            row = .words(words)
        case .floats(var floats):
            row = .floats([])
            try floats.withUnsafeMutableBufferPointer { try reader.readRow(into: $0) }
            row = .floats(floats)
        }
        return range.planes(row)
    }
}

extension PicturePlanes {
    /// Of red, green and blue side by side, the luma of each pixel.
    var luma: PicturePlanes {
        var result = self
        switch samples {
        case .bytes(let rgb):
            result.samples = .bytes(
                (0..<rgb.count / 3).map { Bitmap.luma(rgb[3 * $0], rgb[3 * $0 + 1], rgb[3 * $0 + 2]) })
        case .words(let rgb):
            result.samples = .words(
                (0..<rgb.count / 3).map { Bitmap.luma(rgb[3 * $0], rgb[3 * $0 + 1], rgb[3 * $0 + 2]) })
        case .floats(let rgb):
            result.samples = .floats(
                (0..<rgb.count / 3).map { Bitmap.luma(rgb[3 * $0], rgb[3 * $0 + 1], rgb[3 * $0 + 2]) })
        }
        return result
    }
}

extension PredictionJob {
    /// Makes the folders of all files.
    /// - Throws: `TrainerError` when that is not possible.
    func makeFolders() throws {
        for path in files { try FileSystem.makeFolder(FileSystem.parent(path)) }
    }
}
