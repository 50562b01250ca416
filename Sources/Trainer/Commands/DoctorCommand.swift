import ArgumentParser
import DataDoctor
import Nets
import Runtime
import TrainerSupport

/// `trainer doctor`.
struct DoctorCommand: ParsableCommand, TrainerVerb {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Says what is wrong with a data set, and what to do about it.",
        discussion: "Exit code 0 when the net can be trained on the data, 1 when not.")

    @OptionGroup var options: DoctorOptions

    func run(_ context: TrainerContext) throws {
        let model = context.model
        let net = DoctorNet(name: model.graphName, try NetInterface(model: model))
        let seed = try ModelDefaults(metadata: model.metadata).training.seed
        let diagnosis = try options.examine(net: net, seed: seed)
        Console().answer(options.json ? diagnosis.json : diagnosis.text)
        if !diagnosis.isTrainable { throw ExitCode(1) }
    }
}

extension DoctorNet {
    /// A compiled net.
    init(name: String, _ interface: NetInterface) {
        self.init(
            name: name, shape: interface.shape, output: interface.output, target: interface.target ?? "target")
    }
}
