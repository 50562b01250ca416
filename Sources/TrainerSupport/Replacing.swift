import Base
import Imaging

/// Which files a result may take the place of.
package enum Replacing: Hashable, Sendable {
    /// Those that this program wrote itself, and that nobody has changed since.
    case own
    /// Any, since the user says so.
    case any

    /// Whether a result may be written there. Devices and pipes lose nothing.
    package func allows(_ path: String) -> Bool {
        switch FileSystem.kind(path) {
        case nil, .other: true
        case .folder: false
        case .file: self == .any || isOwnPNG(path: path)
        }
    }

    /// - Throws: `TrainerError` when one of the files that will be written must not be.
    package func check(_ paths: [String]) throws {
        if let error = Self.error(paths.filter { !allows($0) }, of: paths.count) { throw error }
    }

    /// The error that names files in the way, of so many that would be written; nil without any.
    package static func error(_ files: [String], of count: Int) -> TrainerError? {
        guard let first = files.first else { return nil }
        if let folder = files.first(where: FileSystem.isFolder) {
            return TrainerError("\(folder): is a folder, expected a file to write to", hint: "choose another --out")
        }
        let hint = "choose another place for results, or replace \(files.count == 1 ? "it" : "them") with --overwrite"
        guard count > 1 else {
            return TrainerError(
                "\(first): is there already, and is no result of unetc or was changed since it was written", hint: hint)
        }
        let (verb, what) = files.count == 1 ? ("is", "is no result") : ("are", "are no results")
        return TrainerError(
            "\(files.count) of the \(count) files that would be written \(verb) there already, and \(what) of unetc or "
                + "\(files.count == 1 ? "was" : "were") changed since: \(Text.list(files))", hint: hint)
    }
}
