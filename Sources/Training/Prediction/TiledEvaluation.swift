import Imaging

/// Tests a net on pictures at their own resolution, against masks at theirs.
///
/// The graph's loss says nothing here, since it is defined for pictures of the net's size.
struct TiledEvaluation {
    let prediction: TiledPrediction
    let data: DataSet

    /// What was measured.
    struct Result {
        /// By the task's measures.
        var values: [Double]
        var confusion: ConfusionMatrix?
    }

    /// - Parameter progress: called with the number of pictures that are done.
    /// - Throws: `TrainerError` for pictures that are no files; `ImageError` for files that can no longer be read;
    ///   `RuntimeError`.
    func run(on samples: [Int], progress: (Int) -> Void) throws -> Result? {
        var sums = TestSums(data.shape.task)
        for (done, index) in samples.enumerated() {
            try add(data.samples[index], to: &sums)
            sums.add(loss: 0, samples: 1)
            progress(done + 1)
        }
        return sums.scores.map { Result(values: $0.values, confusion: sums.confusion) }
    }

    private func add(_ stored: StoredSample, to sums: inout TestSums) throws {
        guard let pair = stored.pair, let path = pair.mask, let source = data.reader else {
            throw TrainerError(
                "--tiles: the embedded pictures have the net's size", hint: "name other data with --data")
        }
        let reader = try PictureReader(path: pair.picture, options: source.decoding)
        let (width, height) = (reader.width, reader.height)
        let mask = source.classes(
            try SizedMask(path: path, width: width, height: height, options: source.decoding).values, stored.table)
        let isMask = data.shape.task == .mask
        var sample = Sample(name: stored.name, file: stored.file, picture: [], mask: [])
        var row = 0
        try prediction.eachRow(reader) { values in
            sample.mask = Array(mask[row * width..<(row + 1) * width])
            // Object is from one half on, as predictions are written.
            sums.add(isMask ? values.map { $0 >= 0.5 ? 1 : -1 } : Array(values), of: sample)
            row += 1
        }
    }
}
