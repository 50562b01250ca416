import ArgumentParser
import Nets
import Runtime

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

    // The library's own flag takes a text that is the same in all trainers.
    @Flag(help: "Show the version of unetc that compiled this trainer, and the net.")
    var version = false

    /// What `--version` answers.
    func versionText(of model: Model) throws -> String {
        let defaults = try ModelDefaults(metadata: model.metadata)
        return "\(defaults.compiler)\n\(model.graphName) for \(defaults.target)\n"
    }
}
