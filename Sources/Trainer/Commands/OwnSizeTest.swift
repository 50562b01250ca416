import DataSets
import Nets
import Predictions
import Runtime
import Tasks
import TrainerSupport

/// A test of one net or of several together at the pictures' own size, in tiles or as a whole.
struct OwnSizeTest {
    let model: Model
    let weights: [Checkpoint]
    let samples: DataSet
    /// Of tiles; nil for pictures at the net's size, whose predictions are brought back.
    let scale: Double?
    let measures: MeasureSettings
    let threads: Int
    /// Whether each is bound to a processor.
    let pins: Bool
    let console: Console

    /// - Returns: nil without test pictures.
    /// - Throws: `TrainerError` for drawn pictures, and where nothing can be measured; as `TiledEvaluation.run` and `measured`.
    func run() throws -> WrittenScores? {
        let bar = ProgressBar(console: console, label: "testing")
        defer { console.clear() }
        var done = 0
        func progress(_ count: Int) {
            done = count
            bar.show(done, of: samples.testing.count)
        }
        let result = try scale.map { try inTiles($0, progress) } ?? asWhole { progress(done + $0) }
        if let fault = result?.fault {
            throw TrainerError("nothing can be measured \(WrittenScores.title): \(fault)")
        }
        return result
    }

    private func inTiles(_ scale: Double, _ progress: (Int) -> Void) throws -> WrittenScores? {
        let net = try TiledNet(model: model, threads: threads, pins: pins, weights: weights)
        var style = PredictionStyle(testing: samples)
        style.flips = measures.flips
        let prediction = TiledPrediction(net: net, shape: samples.shape, style: style, scale: scale)
        return try TiledEvaluation(prediction: prediction, data: samples, settings: measures).run(
            on: samples.testing, progress: progress)
    }

    private func asWhole(_ progress: (Int) -> Void) throws -> WrittenScores? {
        let nets = try weights.map {
            try Net(
                model: model, for: .predicting, threads: threads, pins: pins, preparedWeights: .kept, weights: $0)
        }
        let result = try measured(nets, on: samples.testing, of: samples, measures, progress: progress)
        if let result { return result }
        throw TrainerError("drawn pictures have the net's size alone", hint: "name other data with --data")
    }
}
