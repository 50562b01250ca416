import Runtime
import TrainerSupport

/// The record of what threads do. A trace that cannot be written is no reason to lose a run: it is said, and that is all.
extension TrainingRun {
    var spans: SpanRecorder? { profile?.spans }

    /// To be called when the session's next step is about to be taken, and before its batches are made.
    func approachProfile() {
        guard let profile, !isReplaying else { return }
        tellOfProfile { try profile.approach(step: sessionSteps + 1) }
    }

    /// The session is over: writes what there is, unless it is written.
    func endProfile() {
        closeProfile()
        guard let profile, profile.isWaiting else { return }
        console.say("the session ended before step \(profile.window.first): its profile \(profile.path) is empty")
    }

    /// Ends the recording.
    func closeProfile() {
        guard let profile else { return }
        tellOfProfile { try profile.close() }
    }

    private func tellOfProfile(_ body: () throws -> Bool) {
        guard let profile else { return }
        do {
            guard try body() else { return }
            console.clear()
            console.say("profile of \(profile.window.text): \(profile.path); open it at https://ui.perfetto.dev")
        } catch {
            console.warn("\(error); the profile is lost, training goes on")
        }
    }
}
