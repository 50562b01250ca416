import Base
import DataSets
import Imaging
import Nets
import Tasks
import TrainerSupport

/// Predicts pictures at their own resolution, tile by tile: rows are read, predicted and written as they come, so that
/// memory does not depend on a picture's height.
package struct TiledPrediction {
    let net: TiledNet
    let shape: SampleShape
    let style: PredictionStyle
    /// The net sees pictures resized by this factor; results have the pictures' own size.
    var scale = 1.0
    var isStrict = false

    package init(net: TiledNet, shape: SampleShape, style: PredictionStyle, scale: Double = 1.0, isStrict: Bool = false)
    {
        self.net = net
        self.shape = shape
        self.style = style
        self.scale = scale
        self.isStrict = isStrict
    }

    /// - Parameters:
    ///   - isInterrupted: asked between rows; a yes gives up the picture under way.
    ///   - notice: called for each picture before it is walked.
    ///   - progress: called with the number of the picture, counted from 0, and its rows that are done, of how many.
    /// - Throws: as `WholePrediction.run`.
    package func run(
        _ source: PredictionSource, isInterrupted: () -> Bool, notice: (PredictionJob, PictureReader) -> Void,
        progress: (_ picture: Int, _ row: Int, _ height: Int) -> Void
    ) throws -> PredictionTally {
        var source = source
        var tally = PredictionTally()
        var number = 0
        func skip(_ error: ImageError) throws {
            tally.report.issues.append(DataIssue(file: error.file, reason: error.message))
            if isStrict, let error = tally.report.strictError { throw error }
        }
        while let next = source.next(isStopped: isInterrupted) {
            switch next {
            case .failure(let error): try skip(error)
            case .success(let job):
                do {
                    let reader = try PictureReader(path: job.picture, bands: net.inputChannels, options: style.decoding)
                    notice(job, reader)
                    try predict(
                        job, reader, check: { if isInterrupted() { throw Interrupted() } },
                        progress: { progress(number, $0, reader.height) })
                    tally.written += 1
                    tally.pixels += reader.width * reader.height
                } catch is Interrupted {
                    tally.isInterrupted = true
                    return tally
                } catch let error as ImageError where error.isCancelled {
                    tally.isInterrupted = true
                    return tally
                } catch let error as ImageError where error.file == job.picture {
                    try skip(error)
                }
            }
            number += 1
            guard !isInterrupted() else {
                tally.isInterrupted = number < source.count ?? .max
                return tally
            }
        }
        // What would have come nobody knows.
        if source.count == nil && isInterrupted() { tally.isInterrupted = true }
        return tally
    }

    /// Walks one picture; `progress` is called with the number of rows that are done.
    private func predict(
        _ job: PredictionJob, _ reader: PictureReader, check: () throws -> Void, progress: (Int) -> Void
    ) throws {
        let size = PictureSize(width: reader.width, height: reader.height)
        try checkRoom(for: size, job.picture, style.decoding)
        try job.makeFolders()
        let writer = try PredictionWriter(
            job, size: size, channels: net.outputChannels, task: shape.task, style: style)
        func picture() throws -> PictureAgain {
            try PictureAgain(job.picture, expected: size, bands: net.inputChannels, style)
        }
        // Both readers run at once, so that one must not wait for the other.
        var again = style
        again.decoding.waitsForRoom = false
        let rows =
            writer.needsPicture ? try PictureAgain(job.picture, expected: size, bands: net.inputChannels, again) : nil
        var done = 0
        try eachRow(reader, of: job.picture, check: check) { values in
            // Before the last row makes the files whole.
            try check()
            progress(done)
            try writer.append(values, picture: try rows?.next() ?? [])
            done += 1
        }
        try writer.finish(picture)
    }

    /// Calls `body` with each row `[outputChannels, width]` of values, 0 ... 1, at the picture's own size.
    ///
    /// - Parameter picture: its name, for messages.
    /// - Throws: `ImageError` when the picture cannot be read, `TrainerError` when the net's output is no number,
    ///   `RuntimeError`, and what `body` throws.
    func eachRow(
        _ reader: PictureReader, of picture: String, check: () throws -> Void = {},
        _ body: (UnsafeBufferPointer<Float>) throws -> Void
    ) throws {
        let size = PictureSize(width: reader.width, height: reader.height)
        let seen = size.scaled(by: scale)
        var rows = FloatRows(reader, style.range, channels: net.inputChannels, resizedTo: seen)
        let measured = try style.normalization.needsMoments ? moments(of: picture, check) : []
        rows.scale(style.normalization, measured)
        let back = RowResampler(channels: net.outputChannels, from: seen, to: size)
        var row = [Float](repeating: 0, count: net.outputChannels * seen.width)
        try net.predict(
            width: seen.width, height: seen.height, mirrored: style.flips == .h, check: check,
            read: { _, target in try rows.next(into: target) },
            write: { _, output in
                guard output.allSatisfy(\.isFinite) else { throw Net.outputFault(picture) }
                makeValues(of: output, into: &row)
                try row.withUnsafeBufferPointer { row in
                    if seen == size { try body(row) } else { try back.push(row, emit: body) }
                }
            })
    }

    /// Those of the whole picture's numbers, for which it is read once more, row by row, before its tiles are.
    private func moments(of picture: String, _ check: () throws -> Void) throws -> [Moments] {
        let reader = try PictureReader(path: picture, bands: net.inputChannels, options: style.decoding)
        let rows = PictureFloats(reader, style.range)
        var moments = PictureMoments(channels: net.inputChannels)
        for y in 0..<reader.height {
            if y % 64 == 0 { try check() }
            try rows.next().samples.observed { moments.take($0) }
        }
        return moments.channels
    }

    /// Bands of tiles are as wide as the picture.
    /// - Parameter size: the picture's own.
    /// - Throws: `ImageError` when there is no memory for them.
    func checkRoom(for size: PictureSize, _ file: String, _ decoding: DecodingOptions) throws {
        let seen = size.scaled(by: scale)
        let bytes = net.walkBytes(width: seen.width, height: seen.height, mirrored: style.flips == .h)
        guard let room = decoding.supervisor?.most, bytes > room else { return }
        throw ImageError(
            file: file,
            message: "is so wide that a band of tiles takes \(Text.bytes(bytes)), more than the \(Text.bytes(room)) "
                + "that are left; cut it, or give more memory")
    }

    /// Outputs, of several nets and of mirror images one behind the other, to the mean of their values.
    private func makeValues(of outputs: UnsafeBufferPointer<Float>, into row: inout [Float]) {
        var said = Array(outputs)
        let count = row.count
        said.withUnsafeMutableBufferPointer { said in
            for start in stride(from: 0, to: said.count, by: count) {
                shape.task.makeValues(
                    of: UnsafeMutableBufferPointer(rebasing: said[start..<start + count]), channels: net.outputChannels)
            }
        }
        let passes = said.count / count
        for i in row.indices {
            var sum = said[i]
            for pass in 1..<max(1, passes) { sum += said[pass * count + i] }
            row[i] = passes == 1 ? sum : sum / Float(passes)
        }
    }
}

/// The rows of a picture as a net takes them, at its own size or another.
private struct FloatRows {
    private let rows: PictureFloats
    private let width: Int
    private let channels: Int
    private var floats: [Float]
    /// What is done to numbers from 0 to 1; none for nothing.
    private var scales: [ChannelScale] = []
    private var isOpen = false
    /// nil where the size stays.
    private let resampler: RowResampler?
    /// Rows that came out of the resampler and that nobody has taken.
    private var ready: [[Float]] = []

    init(_ reader: PictureReader, _ range: PictureRange, channels: Int, resizedTo size: PictureSize) {
        rows = PictureFloats(reader, range)
        width = reader.width
        self.channels = channels
        floats = [Float](repeating: 0, count: channels * reader.width)
        let own = PictureSize(width: reader.width, height: reader.height)
        resampler = own == size ? nil : RowResampler(channels: channels, from: own, to: size)
    }

    /// Feeds the net other numbers than those from 0 to 1.
    mutating func scale(_ normalization: Normalization, _ moments: [Moments]) {
        var planes = rows.planes
        normalization.apply(to: &planes, channels: channels, moments: moments)
        (scales, isOpen) = (planes.scales, planes.span.isOpen)
    }

    /// The next row, `[channels, width]`.
    mutating func next(into target: UnsafeMutableBufferPointer<Float>) throws {
        guard resampler != nil else {
            try read()
            _ = target.update(fromContentsOf: floats)
            return
        }
        while ready.isEmpty {
            try read()
            floats.withUnsafeBufferPointer { row in resampler?.push(row) { ready.append(Array($0)) } }
        }
        _ = target.update(fromContentsOf: ready.removeFirst())
    }

    private mutating func read() throws {
        let (scales, width) = (scales, width)
        var pixels = try rows.next()
        pixels.span.isOpen = isOpen
        if channels == 1 {
            floats = pixels.luma.units
        } else {
            let units = pixels.units
            for x in 0..<width {
                for channel in 0..<channels { floats[channel * width + x] = units[channels * x + channel] }
            }
        }
        floats.withUnsafeMutableBufferPointer { floats in
            if let base = floats.baseAddress { scales.apply(to: base, area: width) }
        }
    }
}
