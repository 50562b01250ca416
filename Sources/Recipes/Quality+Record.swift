import Tasks

extension Quality {
    /// As a checkpoint has it under a name: `best_quality` and `best_loss`.
    package static func metadata(_ quality: Quality?, value: String, loss: String) -> [(String, String)] {
        func text(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }
        return [(value, text(quality?.value)), (loss, text(quality?.loss))]
    }

    /// Reads it; nil where there is none.
    package init?(_ fields: RecordFields, value: String, loss: String) throws {
        let known: (value: Double?, loss: Double?) = (try fields.valueOrNone(value), try fields.valueOrNone(loss))
        guard known.value != nil || known.loss != nil else { return nil }
        self.init(value: known.value, loss: known.loss)
    }
}
