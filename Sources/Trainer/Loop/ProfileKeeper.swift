import Reporting
import Runtime
import TrainerSupport

/// Keeps the record of what threads do, where one is asked for. A trace that cannot be written is no reason to lose a run: it
/// is said, and that is all.
struct ProfileKeeper {
    /// nil unless asked for.
    let profile: SessionProfile?
    let console: Console

    var spans: SpanRecorder? { profile?.spans }
    /// Where plans are to be recorded; nil for nowhere.
    var recorder: RunRecorder? { profile?.recorder }

    /// To be called when a step of the session is about to be taken, and before its batches are made.
    /// - Parameter step: of the session, from 1.
    func approach(step: Int) {
        guard let profile else { return }
        tell { try profile.approach(step: step) }
    }

    /// The session is over: writes what there is, unless it is written.
    func end() {
        close()
        guard let profile, profile.isWaiting else { return }
        console.say("the session ended before step \(profile.window.first): its profile \(profile.path) is empty")
    }

    /// Ends the recording.
    func close() {
        guard let profile else { return }
        tell { try profile.close() }
    }

    private func tell(_ body: () throws -> Bool) {
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
