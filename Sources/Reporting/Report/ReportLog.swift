import FileAccess
import Nets
import Predictions
import Runtime
import TrainerSupport

/// Keeps `report.html` up to date while a run lasts, as often as that takes no time to speak of.
final class ReportLog: RunObserver {
    private let description: RunDescription
    private let split: SplitNames
    private var files: RunFiles?
    private var budget = TimeBudget(share: 0.01)
    /// What the page shows; the pictures are those of the last epoch that drew some.
    private var record: RunRecord?
    private var log: MetricsLog?
    private var samples: [UInt8]?
    private var isFirst = true

    init(description: RunDescription, split: SplitNames) {
        self.description = description
        self.split = split
    }

    func begin(_ session: RunSession) throws {
        files = session.files
        (record, log) = (session.record, session.log)
    }

    func saved(_ epoch: EpochReport) throws {
        (record, log) = (epoch.record, epoch.log)
        try budget.spend(isDue: isFirst) {
            if let drawn = epoch.samples { samples = try drawn.encodePNG() }
            try write(.running)
        }
        isFirst = false
    }

    func ended(_ state: ReportState) throws { try write(state) }

    private func write(_ state: ReportState) throws {
        guard let files, let record, let log, !log.rows.isEmpty else { return }
        try RunReport(
            record: record, log: log, description: description, files: files, samples: samples, split: split,
            state: state
        ).write(to: files.report)
    }
}

extension RunReport {
    /// A report of what the run's folder holds.
    /// - Throws: `TrainerError` when a file cannot be read.
    package init(
        record: RunRecord, log: MetricsLog, description: RunDescription, files: RunFiles, samples: [UInt8]?,
        confusion: [UInt8]? = nil, classTable: String? = nil, written: WrittenScores? = nil,
        gallery: PictureGallery? = nil, split: SplitNames? = nil, state: ReportState
    ) throws {
        let lines = FileSystem.isFile(files.metricsLines) ? try FileSystem.text(of: files.metricsLines) : ""
        self.init(
            record: record, log: log, description: description, hashes: try HashRow.list(files.hashes),
            pace: EpochPace.list(lines), samples: samples, confusion: confusion, classTable: classTable,
            written: written, gallery: gallery, split: split, state: state, folder: files.folder)
    }

    /// - Throws: `FileError` when the file cannot be written; a previous one stays.
    package func write(to path: String) throws { try FileWriter.write(path, text: text) }
}
