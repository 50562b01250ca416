import DataSets
import Driver
import Exchange
import GraphIR
import Nets
import Runtime
import Strategy
import Tasks
import TensorFiles

/// The values that a graph's parameters are exported with, and what their file says of the run that made them.
struct ExportedWeights {
    private let session: Session
    /// nil for the graph's initial values.
    private let file: TensorFile?
    /// In front of the parameters' names in the file: a checkpoint's moving average is what predicts.
    private let prefix: String

    /// - Throws: `RuntimeError` for what is no file of weights, `CommandFailure` for those of another graph.
    init(_ path: String?, of session: Session) throws {
        self.session = session
        let nodes = session.graph.parameters.map { session.graph[$0] }
        file = try path.map { try TensorFile(path: $0) }
        let first = nodes.first?.name ?? ""
        let hasAverage = !(file?.metadata["ema"] ?? "").isEmpty && file?.tensor("ema." + first) != nil
        prefix = hasAverage ? "ema." : ""
        if let file { try check(file, nodes) }
    }

    private func check(_ file: TensorFile, _ nodes: [Node]) throws {
        for node in nodes {
            let expected = "parameter \"\(node.name)\" \(node.type)"
            guard let tensor = file.tensor(prefix + node.name) else {
                throw CommandFailure("\(file.path): \(expected) is missing\n  hint: is it of another graph?")
            }
            guard tensor.shape == node.type.shape else {
                throw CommandFailure(
                    "\(file.path): \(expected) has shape \(tensor.shape) in the file\n  hint: is it of another graph, or "
                        + "of another width (-D)?")
            }
        }
    }

    /// A parameter's values, row-major.
    /// - Throws: `RuntimeError` where they cannot be read, `CommandFailure` where they are no finite numbers.
    func values(_ name: String) throws -> [Float] {
        guard let file else { return session.initialValues(of: name) }
        let values = try file.floats(prefix + name)
        if let value = values.first(where: { !$0.isFinite }) {
            throw CommandFailure("\(file.path): parameter \"\(name)\" holds \(value), expected finite numbers")
        }
        return values
    }

    /// What a trainer's file says of its run; nil for other files.
    /// - Throws: `TrainerError` for a damaged one.
    func record() throws -> RunRecord? {
        guard let file, file.metadata["format"] != nil else { return nil }
        return try Checkpoint(path: file.path).record(for: nil)
    }

    /// What a model says of itself: the graph, and of a checkpoint what turns a picture into the input, and the output into a mask.
    /// - Throws: `TrainerError` for a damaged checkpoint.
    func metadata() throws -> [(key: String, value: String)] {
        var entries = [
            (key: ModelKey.version, value: compilerVersion), (ModelKey.graph, session.text),
            (ModelKey.graphHash, session.graph.structureHash),
        ]
        if !session.overrides.isEmpty {
            entries.append(
                (ModelKey.parameters, session.overrides.map { "\($0.name)=\($0.value)" }.joined(separator: ",")))
        }
        guard let record = try record() else { return entries }
        let data = record.data
        let facts: [(key: String, value: String?)] = [
            ("class_names", data.classNames.isEmpty ? nil : data.classNames.joined(separator: ",")),
            ("normalize", data.normalization?.description), ("range", data.range?.description),
            ("channels", data.channels?.description), ("threshold", record.threshold.map { "\($0)" }),
        ]
        return entries + facts.compactMap { fact in fact.value.map { ("unetc.\(fact.key)", $0) } }
    }
}

extension ExportedWeights {
    /// How a trainer with these weights makes masks of pictures; without a trainer's weights, of bytes from 0 to 255.
    /// - Throws: `DriverError` for graphs that no pictures are fed, `CommandFailure` for what cannot be said without a look at the
    ///   whole picture.
    func pictureForm() throws -> PictureForm {
        let needs = try session.dataNeeds()
        guard needs.target != nil else {
            throw CommandFailure("--pictures makes masks, and the graph learns its input")
        }
        let record = try record()
        let threshold = record?.threshold ?? 0.5
        var form = PictureForm(
            task: needs.classes == nil ? .mask(threshold: threshold) : .classes, output: needs.output)
        guard let data = record?.data else { return form }
        let span = (data.range ?? .full).span(.bytes)
        form.range = span.low...span.high
        let normalization = data.normalization ?? .range
        guard !normalization.needsMoments else {
            throw CommandFailure(
                "--pictures cannot normalise each picture by itself, as the run does (--normalize per-picture)")
        }
        form.scales = normalization.scales(span: span, channels: needs.input[0], moments: []).map {
            PictureForm.Scale(mean: $0.mean, deviation: $0.deviation)
        }
        return form
    }
}
