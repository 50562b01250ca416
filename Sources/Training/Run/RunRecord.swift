import Runtime

/// How far a run is.
struct RunProgress: Hashable, Sendable {
    /// Epochs that are complete, tested and written down.
    var epoch = 0
    /// Steps of the optimiser.
    var step = 0
    /// Steps done in the epoch under way.
    var stepInEpoch = 0
    /// Sum over the samples of the epoch under way of their batch's loss.
    var lossSum = 0.0
    /// Samples seen in the epoch under way.
    var samples = 0
    /// The best of the task's `quality` so far, and the epoch that reached it; 0 for none.
    var bestQuality = 0.0
    var bestEpoch = 0
}

/// Everything a checkpoint says besides numbers of the net: what continues the run exactly, and what it belongs to.
///
/// It holds no times, thread counts or paths of the run, so that equal runs leave equal bytes.
struct RunRecord: Hashable, Sendable {
    var graphName: String
    var graphHash: String
    var settings: TrainingSettings
    var data: DataSettings
    /// Of the samples and their split.
    var fingerprint: String
    var progress = RunProgress()

    private static let format = "unetc-checkpoint-2"

    /// The record as safetensors metadata. Reals are written so that they read back exactly.
    var metadata: [(String, String)] {
        let o = settings.optimizer
        return [
            ("format", Self.format), ("graph", graphName), ("graph_hash", graphHash),
            ("epoch", "\(progress.epoch)"), ("step", "\(progress.step)"),
            ("step_in_epoch", "\(progress.stepInEpoch)"), ("loss_sum", "\(progress.lossSum)"),
            ("samples", "\(progress.samples)"), ("best_quality", "\(progress.bestQuality)"),
            ("best_epoch", "\(progress.bestEpoch)"),
            ("optimizer", o.kind.rawValue), ("lr", "\(o.learningRate)"), ("beta1", "\(o.beta1)"),
            ("beta2", "\(o.beta2)"), ("eps", "\(o.epsilon)"), ("momentum", "\(o.momentum)"),
            ("weight_decay", "\(o.weightDecay)"),
            ("epochs", "\(settings.epochs)"), ("batch", "\(settings.batch)"),
            ("init", settings.initialValues.rawValue), ("seed", "\(settings.seed)"), ("flips", "\(settings.flips)"),
            ("data", data.folder ?? ""), ("data_images", data.pictures ?? ""), ("data_masks", data.masks ?? ""),
            ("mask_map", data.map?.description ?? ""), ("class_names", data.classNames.joined(separator: ",")),
            ("split", "\(data.split)"), ("sorted", "\(data.isSorted)"),
            ("data_fingerprint", fingerprint),
        ]
    }

    /// - Throws: `TrainerError` that names the file and the entry that is missing or wrong.
    init(_ metadata: [String: String], path: String) throws {
        let fields = Fields(metadata: metadata, path: path)
        guard metadata["format"] == Self.format else {
            throw TrainerError(
                "\(path): expected a checkpoint of a trainer (\(Self.format)), "
                    + "found \(metadata["format"] ?? "a safetensors file without a format")")
        }
        graphName = try fields.text("graph")
        graphHash = try fields.text("graph_hash")
        fingerprint = try fields.text("data_fingerprint")
        progress = RunProgress(
            epoch: try fields.value("epoch"), step: try fields.value("step"),
            stepInEpoch: try fields.value("step_in_epoch"), lossSum: try fields.value("loss_sum"),
            samples: try fields.value("samples"), bestQuality: try fields.value("best_quality"),
            bestEpoch: try fields.value("best_epoch"))
        settings = TrainingSettings(
            optimizer: OptimizerSettings(
                kind: try fields.choice("optimizer"), learningRate: try fields.value("lr"),
                beta1: try fields.value("beta1"), beta2: try fields.value("beta2"), epsilon: try fields.value("eps"),
                momentum: try fields.value("momentum"), weightDecay: try fields.value("weight_decay")),
            epochs: try fields.value("epochs"), batch: try fields.value("batch"),
            initialValues: try fields.choice("init"), seed: try fields.value("seed"), flips: try fields.value("flips"))
        let map = try fields.text("mask_map")
        data = DataSettings(
            folder: try fields.optional("data"), pictures: try fields.optional("data_images"),
            masks: try fields.optional("data_masks"), map: map.isEmpty ? nil : try MaskMap(parsing: map),
            classNames: try fields.text("class_names").split(separator: ",").map(String.init),
            split: try fields.value("split"), isSorted: try fields.value("sorted"))
    }

    init(graphName: String, graphHash: String, settings: TrainingSettings, data: DataSettings, fingerprint: String) {
        self.graphName = graphName
        self.graphHash = graphHash
        self.settings = settings
        self.data = data
        self.fingerprint = fingerprint
    }
}

/// Typed access to string metadata.
private struct Fields {
    var metadata: [String: String]
    var path: String

    func text(_ key: String) throws -> String {
        if let text = metadata[key] { return text }
        throw TrainerError("\(path): the checkpoint does not say its \"\(key)\"", hint: "it may be of another version")
    }

    func optional(_ key: String) throws -> String? {
        let text = try text(key)
        return text.isEmpty ? nil : text
    }

    func value<V: LosslessStringConvertible>(_ key: String) throws -> V {
        let text = try text(key)
        if let value = V(text) { return value }
        throw wrong(key, text, "\(V.self)")
    }

    func choice<C: RawRepresentable & CaseIterable>(_ key: String) throws -> C where C.RawValue == String {
        let text = try text(key)
        if let value = C(rawValue: text) { return value }
        throw wrong(key, text, "one of " + C.allCases.map(\.rawValue).joined(separator: ", "))
    }

    private func wrong(_ key: String, _ found: String, _ expected: String) -> TrainerError {
        TrainerError("\(path): the checkpoint's \"\(key)\" is \"\(found)\", expected \(expected)")
    }
}
