import Imaging
import Nets
import Predictions
import Runtime
import Tasks
import TrainerSupport

/// One call of `trainer predict`, once its flags are understood.
struct PredictionSession {
    let model: Model
    /// Of one net, or of several whose predictions are averaged.
    let weights: [Checkpoint]
    /// Where results go; made when the weights have turned out to be sound.
    let folder: String
    let style: PredictionStyle
    let threads: Int
    /// Whether each is bound to a processor.
    let pins: Bool
    let isStrict: Bool
    let console: Console
    let isInterrupted: @Sendable () -> Bool

    /// Resizes pictures to the net's size.
    /// - Throws: as `WholePrediction.run`; `TrainerError` or `RuntimeError` when the net cannot be made.
    func whole(_ source: PredictionSource) throws -> PredictionTally {
        // A single run would keep them for nobody.
        let isOneRun = (source.count ?? .max).multipliedReportingOverflow(by: style.flips.passes.count)
        let isKept = isOneRun.overflow || isOneRun.partialValue > model.batchCapacity
        let nets = try weights.map {
            try Net(
                model: model, for: .predicting, threads: threads, pins: pins,
                preparedWeights: isKept ? .kept : .recomputed, weights: $0)
        }
        try FileSystem.makeFolder(folder)
        let bar = ProgressBar(console: console, label: "predicting")
        let shape = try NetInterface(model: model).shape
        var hint = SizeHint(net: PictureSize(width: shape.width, height: shape.height))
        return try WholePrediction(nets: nets, style: style, threads: threads, isStrict: isStrict).run(
            source, isInterrupted: isInterrupted,
            notice: { job, size in warn(hint.text(job.picture, size)) },
            progress: { done in
                if let count = source.count { bar.show(done, of: count) } else { bar.show(done) }
            })
    }

    /// Predicts at the pictures' own resolution, or that times `scale`.
    /// - Throws: as `TiledPrediction.run`; `TrainerError` or `RuntimeError` when the net cannot be made.
    func tiled(_ source: PredictionSource, scale: Double) throws -> PredictionTally {
        let net = try TiledNet(model: model, threads: threads, pins: pins, weights: weights)
        try FileSystem.makeFolder(folder)
        let shape = try NetInterface(model: model).shape
        let prediction = TiledPrediction(
            net: net, shape: shape, style: style, scale: scale, isStrict: isStrict)
        return try prediction.run(
            source, isInterrupted: isInterrupted,
            notice: { job, reader in warn(Self.memoryHint(job.picture, reader)) },
            progress: { picture, row, height in
                let place = source.count.map { "\(picture + 1)/\($0)" } ?? "\(picture + 1)"
                ProgressBar(console: console, label: "predicting \(place), rows").show(row, of: height)
            })
    }

    private func warn(_ text: String?) {
        guard let text else { return }
        console.clear()
        console.warn(text)
    }

    /// Says that a large picture has to be in memory after all; nil where it has not.
    private static func memoryHint(_ file: String, _ reader: PictureReader) -> String? {
        guard reader.holdsWholePicture, reader.width * reader.height >= 1 << 24 else { return nil }
        let why =
            reader.info.isWhole
            ? "stores its rows in several passes (progressive or interlaced)"
            : "is stored in another orientation than it is seen"
        return "\(file) \(why), so that all of it has to be kept in memory; others are read row by row"
    }
}

/// Says once that a picture is much larger than what the net takes.
private struct SizeHint {
    let net: PictureSize
    private var isGiven = false

    /// Times as wide or as high.
    private static let muchLarger = 16

    init(net: PictureSize) { self.net = net }

    mutating func text(_ file: String, _ size: PictureSize) -> String? {
        let isLarge = size.width >= Self.muchLarger * net.width || size.height >= Self.muchLarger * net.height
        guard isLarge, !isGiven else { return nil }
        isGiven = true
        return
            "\(file) has \(size.text) pixels and is resized to the net's \(net.text), so that small things get lost; "
            + "train with --patches for such pictures"
    }
}
