import Imaging
import Tasks

extension DataSettings {
    /// The first picture, which the others are likely to be like; nil for the embedded ones, and where it cannot be read.
    /// - Throws: `TrainerError` when the folders cannot be read.
    package func firstPicture(for task: TrainingTask) throws -> PictureInfo? {
        guard let folders = try layout(for: task)?.forTraining.folders.first,
            let first = try SamplePairing(folders).pairs.first
        else { return nil }
        return try? PictureInfo(path: first.picture, options: decoding)
    }

    /// The pictures that train and those that test, before any is read: some may turn out to be unusable.
    /// - Throws: `TrainerError` when the folders cannot be read.
    package func counts(for task: TrainingTask) throws -> (training: Int, testing: Int) {
        guard let layout = try layout(for: task)?.forTraining else {
            let parts = DataSet.parts(count: EmbeddedSamples.count, split: split, isSorted: isSorted, seed: 0)
            return (parts.training.count, parts.testing.count)
        }
        let pairings = try layout.folders.map { try SamplePairing($0) }
        guard layout.isParted else {
            let pairs = pairings.flatMap(\.pairs).map { (name: $0.stem, group: $0.group) }
            let parts = try Partition(self, seed: 0).parts(of: pairs)
            return (parts.training.count, parts.testing.count)
        }
        let counts = zip(layout.folders, pairings).map { ($0.part, $1.pairs.count) }
        let training = counts.filter { $0.0 == .training }.reduce(0) { $0 + $1.1 }
        return (training, counts.reduce(0) { $0 + $1.1 } - training)
    }
}
