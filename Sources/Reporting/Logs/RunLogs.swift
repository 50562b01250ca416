import Runtime

/// All that write down what a run does.
package struct RunLogs {
    var observers: [any RunObserver] = []

    /// Those of `trainer train`.
    /// - Parameter stepInterval: which steps are written down: every so many; nil for all of them in event files and none
    ///   in `metrics.jsonl`.
    package init(stepInterval: Int?, description: RunDescription, split: SplitNames) {
        observers = [
            EventLog(stepInterval: stepInterval ?? 1), LineLog(stepInterval: stepInterval), HashLog(),
            ReportLog(description: description, split: split),
        ]
    }

    /// Writes nothing.
    package init() {}

    package func begin(_ session: RunSession) throws { for observer in observers { try observer.begin(session) } }
    package func step(_ step: StepReport) throws { for observer in observers { try observer.step(step) } }
    package func epoch(_ epoch: EpochReport) throws { for observer in observers { try observer.epoch(epoch) } }
    package func saved(_ epoch: EpochReport) throws { for observer in observers { try observer.saved(epoch) } }
    package func ended(_ state: ReportState) throws { for observer in observers { try observer.ended(state) } }
}
