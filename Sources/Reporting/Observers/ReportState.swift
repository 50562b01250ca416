/// How a run stands when its report is written.
package enum ReportState: Hashable, Sendable {
    /// The page reads itself again, for there will be a newer one.
    case running
    /// All is trained, and the best weights are being tested; the page that stays is still to come.
    case testing
    case finished
    /// Training is done before its last epoch, for the reason that is given.
    case early(String)
    case interrupted(isTimeUp: Bool)
    case failed(String)

    /// For the page's script.
    var word: String {
        switch self {
        case .running, .testing: "running"
        case .finished, .early: "finished"
        case .interrupted: "interrupted"
        case .failed: "failed"
        }
    }

    /// What stands above the page; nil where the run is finished.
    var message: String? {
        switch self {
        case .finished: nil
        case .running: "Training goes on; this page follows it."
        case .testing: "Training is done, the best weights are being tested; this page follows."
        case .early(let reason): "Stopped early: \(reason)."
        case .interrupted(let isTimeUp):
            isTimeUp ? "Stopped, for the time was up." : "Interrupted; --resume continues it."
        case .failed(let reason): "Failed: \(reason)"
        }
    }
}
