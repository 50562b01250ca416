import FileAccess
import Nets
import Predictions
import Runtime
import TrainerSupport

/// Keeps `report.html` up to date while a run lasts, as often as that takes no time to speak of.
final class ReportLog: RunObserver {
    private let description: RunDescription
    private var files: RunFiles?
    private var budget = TimeBudget(share: 0.01)

    init(description: RunDescription) { self.description = description }

    func begin(_ session: RunSession) throws { files = session.files }

    func saved(_ epoch: EpochReport) throws {
        guard let files else { return }
        try budget.spend(isDue: false) {
            try RunReport(
                record: epoch.record, log: epoch.log, description: description, files: files,
                samples: try epoch.samples?.encodePNG()
            ).write(to: files.report)
        }
    }
}

extension RunReport {
    /// A report of what the run's folder holds.
    /// - Throws: `TrainerError` when a file cannot be read.
    package init(
        record: RunRecord, log: MetricsLog, description: RunDescription, files: RunFiles, samples: [UInt8]?,
        confusion: [UInt8]? = nil, classTable: String? = nil, written: WrittenScores? = nil,
        gallery: PictureGallery? = nil
    ) throws {
        let lines = FileSystem.isFile(files.metricsLines) ? try FileSystem.text(of: files.metricsLines) : ""
        self.init(
            record: record, log: log, description: description, hashes: try HashRow.list(files.hashes),
            pace: EpochPace.list(lines), samples: samples, confusion: confusion, classTable: classTable,
            written: written, gallery: gallery, folder: files.folder)
    }

    /// - Throws: `FileError` when the file cannot be written; a previous one stays.
    package func write(to path: String) throws { try FileWriter.write(path, text: text) }
}
