import ArgumentParser
import Runtime

/// What a verb works with besides its flags.
struct TrainerContext {
    var model: Model
    /// As the process was called, its name first.
    var arguments: [String]
}

/// A subcommand; the model reaches it as an argument, not through a global.
protocol TrainerVerb {
    /// - Throws: `TrainerError`, `RuntimeError` or `ImageError` for faults of the user's input.
    func run(_ context: TrainerContext) throws
}

/// The trainer's command line.
struct TrainerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer",
        abstract: "Trains, tests and applies the net that this program was compiled for.",
        subcommands: [
            DoctorCommand.self, TrainCommand.self, EvaluateCommand.self, PredictCommand.self,
            PostprocessCommand.self, InfoCommand.self, AugmentCommand.self, BenchInputCommand.self,
            BundleCommand.self,
        ])
}
