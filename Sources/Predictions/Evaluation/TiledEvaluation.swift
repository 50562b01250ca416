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

    package init(prediction: TiledPrediction, data: DataSet) {
        self.prediction = prediction
        self.data = data
    }

    /// What was measured.
    package struct Result {
        /// By the task's measures.
        package var values: [Double?]
        package var confusion: ConfusionMatrix?
    }

    /// - Parameters:
    ///   - check: called before each tile; what it throws ends the test.
    ///   - progress: called with the number of pictures that are done.
    /// - Throws: `TrainerError` for pictures that are no files; `ImageError` for files that can no longer be read;
    ///   `RuntimeError`.
    package func run(on samples: [Int], check: () throws -> Void = {}, progress: (Int) -> Void) throws -> Result? {
        var sums = MeasureSums(data.shape.task)
        for (done, index) in samples.enumerated() {
            try add(data.samples[index], to: &sums, check)
            progress(done + 1)
        }
        return samples.isEmpty ? nil : Result(values: sums.values, confusion: sums.confusion)
    }

    private func add(_ stored: StoredSample, to sums: inout MeasureSums, _ check: () throws -> Void) throws {
        guard let pair = stored.pair, let source = data.reader else {
            throw TrainerError(
                "--tiles: the embedded pictures have the net's size", hint: "name other data with --data")
        }
        let reader = try PictureReader(path: pair.picture, options: source.decoding)
        let size = PictureSize(width: reader.width, height: reader.height)
        try prediction.checkRoom(for: size, pair.picture, source.decoding)
        let mask = try source.mask(of: stored, at: size)
        var row = 0
        try prediction.eachRow(reader, of: pair.picture, check: check) { values in
            sums.add(
                labels: data.shape.task.labels(values, threshold: prediction.style.threshold),
                mask: mask.row(row))
            row += 1
        }
    }
}
