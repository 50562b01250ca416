import Ranks
import Runtime

/// What a verb works with besides its flags.
struct TrainerContext {
    var model: Model
    /// As the process was called, its name first.
    var arguments: [String]
    /// What started this process together with others; nil where nothing did.
    var launcher: Launcher?
    /// These processes; nil for a process alone.
    var ranks: RankGroup?

    /// Leaves out everything but warnings and errors.
    var isQuiet = false

    /// Whether this process is the one that speaks and writes.
    var isFirst: Bool { ranks?.isFirst ?? true }
}

/// A subcommand; the model reaches it as an argument, not through a global.
protocol TrainerVerb {
    /// - Throws: `TrainerError`, `RuntimeError` or `ImageError` for faults of the user's input.
    func run(_ context: TrainerContext) throws
}

/// A verb that processes do together.
protocol SharedVerb: TrainerVerb {}
