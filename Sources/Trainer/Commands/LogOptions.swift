import ArgumentParser

/// How much is written down of a run.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write every so manieth step to the event files and to metrics.jsonl; default: each one to the event files, "
                + "none to metrics.jsonl.", valueName: "steps"))
    var logEvery: Int?

    mutating func validate() throws {
        if let logEvery, logEvery < 1 {
            throw ValidationError("--log-every takes a number from 1, found \(logEvery).")
        }
    }
}
