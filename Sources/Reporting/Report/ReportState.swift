import TrainerSupport

/// How a run stands when its report is written.
package enum ReportState: Hashable, Sendable {
    /// The page reads itself again, for there will be a newer one.
    case running
    case finished
    /// Training is done before its last epoch, for the reason that is given.
    case early(String)
    case interrupted(isTimeUp: Bool)
    case failed(String)

    /// For the page's script.
    var word: String {
        switch self {
        case .running: "running"
        case .finished, .early: "finished"
        case .interrupted: "interrupted"
        case .failed: "failed"
        }
    }

    /// What stands above a page of a run that is not finished.
    var banner: String {
        let text: String
        switch self {
        case .finished: return ""
        case .running: text = "Training goes on; this page follows it."
        case .early(let reason): text = "Stopped early: \(reason)."
        case .interrupted(let isTimeUp):
            text = isTimeUp ? "Stopped, for the time was up." : "Interrupted; --resume continues it."
        case .failed(let reason): text = "Failed: \(reason)"
        }
        return "<p class=\"banner\" id=\"state\" role=\"status\">\(HTML.text(text))</p>"
    }
}
