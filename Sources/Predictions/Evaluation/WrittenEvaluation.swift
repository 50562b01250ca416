import Base
import DataSets
import Imaging
import Tasks
import TrainerSupport

/// Measures the masks that `predict` would write for the pictures of a data set: their values are brought back to the
/// picture's own size, thresholded or compared there, and held against the mask's file.
///
/// A mask of another size than its picture is brought to the picture's by nearest neighbour. Pictures are done a few at a time,
/// so that memory depends on the largest mask, not on their number.
package struct WrittenEvaluation {
    private let data: DataSet
    private let settings: MeasureSettings
    private var sums: EvaluationSums
    private var fault: String?

    /// Pixels of masks that are in memory at once, unless one alone has more.
    private static let pixelBudget = 1 << 24

    /// - Returns: nil where nothing is written that could be compared with a file: of nets that learn their input, and of
    ///   pictures that were drawn.
    package init?(_ data: DataSet, _ settings: MeasureSettings = MeasureSettings()) {
        guard data.shape.task.needsMasks, data.reader != nil else { return nil }
        self.data = data
        self.settings = settings
        sums = EvaluationSums(data.shape.task, settings)
    }

    /// Once a mask cannot be read, nothing more is measured.
    var scores: WrittenScores { fault.map { WrittenScores(fault: $0) } ?? sums.scores }

    /// Adds what nets say of samples: for each one output of each net and pass of the flips.
    /// - Throws: `TrainerError` when no thread can be started; `Interrupted`.
    mutating func add(_ outputs: [[[Float]]], of samples: [Int]) throws {
        var rest = Array(zip(samples, outputs))[...]
        while !rest.isEmpty, fault == nil {
            var pixels = 0
            let few = rest.prefix { sample, _ in
                let mine = data.samples[sample].pair.flatMap { try? pictureSize(path: $0.picture) }
                pixels += mine.map { $0.width * $0.height } ?? 0
                return pixels <= Self.pixelBudget
            }
            let now = few.isEmpty ? rest.prefix(1) : few
            rest = rest.dropFirst(now.count)
            try measure(Array(now))
        }
    }

    private mutating func measure(_ items: [(sample: Int, outputs: [[Float]])]) throws {
        let (data, settings, cutoff) = (data, settings, sums.cutoff)
        let results = try parallelMap(count: items.count, threads: threads(for: items.map(\.sample))) { index in
            Result { try Self.measured(data, settings, items[index].sample, items[index].outputs, cutoff) }
        }
        for result in results {
            switch result {
            case .success(let one): sums.add(one)
            case .failure(let error as ImageError) where error.isCancelled: throw Interrupted()
            case .failure(let error): fault = fault ?? "\(error)"
            }
        }
    }

    /// As many as the memory for reading pictures has room for masks and what is measured of them, of those whose file tells
    /// its size.
    private func threads(for samples: [Int]) -> Int {
        guard let decoding = data.reader?.decoding, let bound = decoding.supervisor?.bound else { return data.threads }
        let largest =
            samples.compactMap { data.samples[$0].pair?.picture }
            .compactMap { try? pictureSize(path: $0, options: decoding) }.map { $0.width * $0.height }.max() ?? 0
        return max(1, min(data.threads, bound / max(1, 4 * largest)))
    }

    /// Of one picture.
    private static func measured(
        _ data: DataSet, _ settings: MeasureSettings, _ sample: Int, _ outputs: [[Float]], _ cutoff: PictureScores?
    ) throws -> EvaluatedPicture {
        let stored = data.samples[sample]
        guard let pair = stored.pair, let reader = data.reader else {
            throw TrainerError("\(stored.file): comes from no file")
        }
        let found = try pictureSize(path: pair.picture, options: reader.decoding)
        let size = PictureSize(width: found.width, height: found.height)
        var picture = PictureEvaluation(
            data.shape.task, size: size, mask: try reader.mask(of: stored, at: size), settings: settings)
        PredictedMaps(outputs, flips: settings.flips, shape: data.shape).eachRow(of: size) { picture.add($0) }
        return try picture.finish(name: stored.name, cutoff: cutoff) {
            var style = PredictionStyle(testing: data)
            style.decoding = reader.decoding
            return try PictureAgain(pair.picture, expected: size, bands: data.shape.channels, style)
        }
    }
}
