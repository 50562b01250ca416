import ArgumentParser
import Reporting

/// Whether it is recorded what the threads of a session do.
struct ProfileOptions: ParsableArguments {
    @Option(
        name: .customLong("profile"),
        help: ArgumentHelp(
            "Record what each thread does in some steps, for ui.perfetto.dev or chrome://tracing.", valueName: "file"))
    var path: String?

    @Option(
        name: .customLong("profile-steps"),
        help: ArgumentHelp(
            "Which steps of this session are recorded, from 1; default 1:20, at most \(ProfileWindow.mostSteps).",
            valueName: "first:last"), transform: { try ProfileWindow(parsing: $0) })
    var window: ProfileWindow?

    mutating func validate() throws {
        if window != nil && path == nil {
            throw ValidationError("--profile-steps says which steps --profile records; give --profile FILE as well.")
        }
    }
}
