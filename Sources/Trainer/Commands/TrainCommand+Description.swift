import Base
import DataSets
import FileAccess
import Nets
import Recipes
import Reporting
import Runtime
import TrainerSupport

/// What a run's folder says about how the run was started.
extension TrainCommand {
    /// The description of a run with this session in it.
    /// - Parameter previous: what earlier sessions wrote; nil for a new run.
    /// - Throws: `TrainerError` for a model whose metadata cannot be read, or a run.json that is none.
    func description(
        _ context: TrainerContext, _ record: RunRecord, _ samples: DataSet, findings: [String],
        starting: StartingWeights?,
        plan: PlanDescription, previous: RunDescription?
    ) throws -> RunDescription {
        let model = context.model
        let session = RunDescription.Session(
            fromStep: record.progress.step, threads: data.threads ?? processorCount(), processor: Processor.name,
            command: context.arguments, settings: Self.members(record.settings.metadata))
        let counts: [JSON.Member] = [
            ("train_pictures", .integer(samples.training.count)),
            ("test_pictures", .integer(samples.testing.count)),
            ("fingerprint", .string(record.fingerprint)),
        ]
        return RunDescription(
            graphName: model.graphName, graphHash: model.graphHash,
            path: .init(model: model, defaults: try ModelDefaults(metadata: model.metadata), plan: plan),
            data: Self.parting(samples, record.data) + counts, findings: findings,
            initialWeights: starting?.json ?? previous?.initialWeights,
            sessions: (previous?.sessions ?? []) + [session])
    }

    /// What the data was, without a share that parted nothing.
    private static func parting(_ samples: DataSet, _ data: DataSettings) -> [JSON.Member] {
        guard samples.isParted || data.fold != nil else { return members(data.metadata) }
        return members(data.metadata).map { member in
            guard member.key == "split" else { return member }
            return ("split", .string(data.fold == nil ? "as the data comes" : "by folds"))
        }
    }

    /// Notes settings that the session itself has found.
    static func note(_ settings: TrainingSettings, in description: inout RunDescription, _ files: RunFiles) throws {
        guard let last = description.sessions.indices.last else { return }
        description.sessions[last].settings = members(settings.metadata)
        try FileWriter.write(files.description, text: description.text)
    }

    /// Writes the description, the plan and the graph's text.
    /// - Throws: `FileError` when a file cannot be written.
    static func write(
        _ description: RunDescription, _ plan: PlanDescription, _ model: Model, to files: RunFiles
    ) throws {
        // First what tells that the others are a run's.
        try FileWriter.write(files.description, text: description.text)
        try FileWriter.write(files.graph, text: model.graphSource)
        try FileWriter.write(files.plan, text: plan.text)
    }

    /// What earlier sessions wrote; nil where there is nothing.
    /// - Throws: `TrainerError` for a file that is no description of a run.
    static func previousDescription(_ files: RunFiles) throws -> RunDescription? {
        guard FileSystem.isFile(files.description) else { return nil }
        return try RunDescription(parsing: FileSystem.text(of: files.description), file: files.description)
    }

    private static func members(_ metadata: [(String, String)]) -> [JSON.Member] {
        metadata.map { ($0.0, .string($0.1)) }
    }
}
