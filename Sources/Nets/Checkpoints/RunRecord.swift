import DataSets
import Recipes
import TrainerSupport

/// Everything a checkpoint says besides numbers of the net: what continues the run exactly, and what it belongs to.
///
/// It holds no times, thread counts or paths of the run, so that equal runs leave equal bytes.
package struct RunRecord: Hashable, Sendable {
    package var graphName: String
    package var graphHash: String
    package var settings: TrainingSettings
    package var data: DataSettings
    /// Of the samples and their split.
    package var fingerprint: String
    package var progress = RunProgress()
    /// The probability from which on a pixel is object that was best for the pictures that test; known of a run's best
    /// weights once training has ended.
    package var threshold: Double?
    /// SHA-256 of the weights that the run started from; nil where they were drawn.
    package var initialWeights: String?

    private static let format = "unetc-checkpoint-3"
    /// Formats that say less, but nothing else.
    private static let olderFormats = ["unetc-checkpoint-2"]

    /// The record as safetensors metadata.
    package var metadata: [(String, String)] {
        [("format", Self.format), ("graph", graphName), ("graph_hash", graphHash), ("data_fingerprint", fingerprint)]
            + progress.metadata + settings.metadata + data.metadata + (threshold.map { [("threshold", "\($0)")] } ?? [])
            + (initialWeights.map { [("initial_weights", $0)] } ?? [])
    }

    /// - Throws: `TrainerError` that names the file and the entry that is missing or wrong.
    package init(_ metadata: [String: String], path: String) throws {
        let fields = RecordFields(metadata: metadata, path: path)
        guard let format = metadata["format"], ([Self.format] + Self.olderFormats).contains(format) else {
            throw TrainerError(
                "\(path): expected a checkpoint of a trainer (\(Self.format)), "
                    + "found \(metadata["format"] ?? "a safetensors file without a format")")
        }
        graphName = try fields.text("graph")
        graphHash = try fields.text("graph_hash")
        fingerprint = try fields.text("data_fingerprint")
        progress = try RunProgress(fields)
        settings = try TrainingSettings(fields)
        data = try DataSettings(fields)
        threshold = fields.has("threshold") ? try fields.value("threshold") : nil
        initialWeights = fields.has("initial_weights") ? try fields.text("initial_weights") : nil
    }

    package init(
        graphName: String, graphHash: String, settings: TrainingSettings, data: DataSettings, fingerprint: String
    ) {
        self.graphName = graphName
        self.graphHash = graphHash
        self.settings = settings
        self.data = data
        self.fingerprint = fingerprint
    }
}
