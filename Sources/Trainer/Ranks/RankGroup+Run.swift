import Base
import HostLimits
import Nets
import Ranks
import Recipes
import Reporting
import Runtime
import TrainerSupport

/// What the processes of a run tell each other before it begins.
extension RankGroup {
    /// `4 processes on 2 hosts (Open MPI v4.1.4)`.
    var summary: String {
        let hosts = Set(hosts).count
        return "\(Text.count(count, "process", "processes"))" + (hosts > 1 ? " on \(hosts) hosts" : "")
            + " (\(library))"
    }

    /// Threads for this process: of the processors that it may use its share, beside those that may use the same.
    func threads() throws -> Int {
        let mine = Array("\(hosts[rank]) \(allowedProcessors())".utf8)
        let sharing = try gather(mine).count { $0 == mine }
        return max(1, processorCount() / max(1, sharing))
    }

    /// - Throws: `TrainerError` where there is not work for all.
    func check(_ settings: TrainingSettings) throws {
        let leaves = settings.steps.leaves
        guard count > leaves else { return }
        throw TrainerError(
            "\(count) processes share out \(Text.count(leaves, "micro-batch", "micro-batches")), so that some would have nothing to do",
            hint: settings.batch > leaves
                ? "start at most \(leaves), or a new run with --micro-batches \(count)"
                : "start at most \(leaves), or use a larger --batch")
    }

    /// - Throws: `TrainerError` that names the first process whose data is not the first one's.
    func checkSameData(_ fingerprint: String) throws {
        let all = try gather(Array(fingerprint.utf8)).map { String(decoding: $0, as: UTF8.self) }
        guard let other = all.indices.first(where: { all[$0] != all[0] }) else { return }
        throw TrainerError(
            "\(name(of: other)) has other data than \(name(of: 0)): its pictures, masks or their split have the fingerprint "
                + "\(all[other]), there \(all[0])",
            hint: "all processes need the same files, at the same path")
    }

    /// The first one's record, epochs and numbers of the net, for all.
    func share(
        _ record: RunRecord, _ log: MetricsLog, _ parameters: ParameterStore, from files: RunFiles
    ) throws -> (RunRecord, MetricsLog) {
        let text = String(decoding: try broadcast(isFirst ? Array(log.text.utf8) : []), as: UTF8.self)
        let shared = try RunRecord.shared(by: self) { record } ?? record
        try parameters.overwrite { try broadcast($0) }
        guard !isFirst else { return (record, log) }
        var theirs = try MetricsLog(parsing: text, task: log.task, through: shared.progress.epoch, path: files.metrics)
        theirs.size = log.size
        return (shared, theirs)
    }
}

extension RunRecord {
    /// The record that the first process has, if it has one, for all.
    /// - Throws: what `body` throws there.
    static func shared(by ranks: RankGroup?, _ body: () throws -> RunRecord?) throws -> RunRecord? {
        guard let ranks else { return try body() }
        let mine = ranks.isFirst ? try body() : nil
        let fields = (mine?.metadata ?? []).flatMap { [$0.0, $0.1] }
        let bytes = try ranks.broadcast(Array(fields.joined(separator: "\0").utf8))
        guard !ranks.isFirst, !bytes.isEmpty else { return mine }
        let words = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        var metadata: [String: String] = [:]
        for place in stride(from: 0, to: words.count - 1, by: 2) { metadata[words[place]] = words[place + 1] }
        return try RunRecord(metadata, path: ranks.name(of: 0))
    }
}
