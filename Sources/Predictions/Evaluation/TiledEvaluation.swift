import DataSets
import Imaging
import Tasks
import TrainerSupport

/// Tests a net on pictures at their own resolution, against masks at theirs.
///
/// The graph's loss says nothing here, since it is defined for pictures of the net's size.
package struct TiledEvaluation {
    let prediction: TiledPrediction
    let data: DataSet
    let settings: MeasureSettings

    package init(prediction: TiledPrediction, data: DataSet, settings: MeasureSettings = MeasureSettings()) {
        self.prediction = prediction
        self.data = data
        self.settings = settings
    }

    /// - Parameters:
    ///   - check: called before each tile; what it throws ends the test.
    ///   - progress: called with the number of pictures that are done.
    /// - Returns: nil without pictures.
    /// - Throws: `TrainerError` for pictures that are no files; `ImageError` for files that can no longer be read;
    ///   `RuntimeError`.
    package func run(
        on samples: [Int], check: () throws -> Void = {}, progress: (Int) -> Void
    ) throws -> WrittenScores? {
        var sums = EvaluationSums(data.shape.task, settings)
        for (done, index) in samples.enumerated() {
            sums.add(try measured(data.samples[index], sums.cutoff, check))
            progress(done + 1)
        }
        return samples.isEmpty ? nil : sums.scores
    }

    /// Has let go of the file when it is done, so that the picture can be read again for a drawing.
    private func predicted(
        _ stored: StoredSample, _ path: String, _ source: SampleReader, _ check: () throws -> Void
    ) throws -> PictureEvaluation {
        let found = try pictureSize(path: path, options: source.decoding)
        let size = PictureSize(width: found.width, height: found.height)
        try prediction.checkRoom(for: size, path, source.decoding)
        // Before the picture's file, with whose memory nobody must wait.
        var picture = PictureEvaluation(
            data.shape.task, size: size, mask: try source.mask(of: stored, at: size), settings: settings)
        let reader = try PictureReader(path: path, bands: data.shape.channels, options: source.decoding)
        try prediction.eachRow(reader, of: path, check: check) { picture.add($0) }
        return picture
    }

    private func measured(
        _ stored: StoredSample, _ cutoff: PictureScores?, _ check: () throws -> Void
    ) throws -> EvaluatedPicture {
        guard let pair = stored.pair, let source = data.reader else {
            throw TrainerError(
                "--tiles: the embedded pictures have the net's size", hint: "name other data with --data")
        }
        var picture = try predicted(stored, pair.picture, source, check)
        let size = picture.size
        return try picture.finish(name: stored.name, cutoff: cutoff) {
            var style = PredictionStyle(testing: data)
            style.decoding = source.decoding
            return try PictureAgain(pair.picture, expected: size, bands: data.shape.channels, style)
        }
    }
}
