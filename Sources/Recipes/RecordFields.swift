import TrainerSupport

/// A part of a run's record: settings or progress that say how they stand in a checkpoint's metadata.
///
/// Each part is written down beside its own type, so that a new setting does not touch the others.
package protocol RecordPart {
    /// Keys and texts, in the order of the file. Reals are written so that they read back exactly.
    var metadata: [(String, String)] { get }

    /// - Throws: `TrainerError` that names the file and the entry that is missing or wrong.
    init(_ fields: RecordFields) throws
}

/// Typed access to the string metadata of a checkpoint.
package struct RecordFields {
    package var metadata: [String: String]
    var path: String

    package init(metadata: [String: String], path: String) {
        self.metadata = metadata
        self.path = path
    }

    package func text(_ key: String) throws -> String {
        if let text = metadata[key] { return text }
        throw TrainerError("\(path): the checkpoint does not say its \"\(key)\"", hint: "it may be of another version")
    }

    /// False in checkpoints from before there was such an entry.
    package func has(_ key: String) -> Bool { metadata[key] != nil }

    package func optional(_ key: String) throws -> String? {
        let text = try text(key)
        return text.isEmpty ? nil : text
    }

    package func value<V: LosslessStringConvertible>(_ key: String) throws -> V {
        let text = try text(key)
        if let value = V(text) { return value }
        throw wrong(key, text, "\(V.self)")
    }

    /// As `value`, but `initial` in checkpoints from before there was such an entry.
    package func value<V: LosslessStringConvertible>(_ key: String, before initial: V) throws -> V {
        metadata[key] == nil ? initial : try value(key)
    }

    /// nil where the text is empty, and in checkpoints from before there was such an entry.
    func valueOrNone<V: LosslessStringConvertible>(_ key: String) throws -> V? {
        guard let text = metadata[key], !text.isEmpty else { return nil }
        return try value(key) as V
    }

    func choice<C: RawRepresentable & CaseIterable>(_ key: String) throws -> C where C.RawValue == String {
        let text = try text(key)
        if let value = C(rawValue: text) { return value }
        throw wrong(key, text, "one of " + C.allCases.map(\.rawValue).joined(separator: ", "))
    }

    package func wrong(_ key: String, _ found: String, _ expected: String) -> TrainerError {
        TrainerError("\(path): the checkpoint's \"\(key)\" is \"\(found)\", expected \(expected)")
    }
}
