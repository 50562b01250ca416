import ArgumentParser

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
