import Base
import Platform

/// Why a file could not be read or written, in words for the person who named it.
///
/// What uses files either hands it on, for it is the user's matter wherever it ends up, or makes an error of its own of it.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file as the caller named it.
    public var path: String
    /// What is wrong, without the path.
    public var message: String
    /// What to do about it, one sentence.
    public var hint: String?

    public init(_ path: String, _ message: String, hint: String? = nil) {
        self.path = path
        self.message = message
        self.hint = hint
    }

    public var description: String { "\(path): \(message)" + (hint.map { "\n  hint: \($0)" } ?? "") }

    static func reading(_ path: String, _ code: Int32) -> FileError {
        FileError(path, "cannot be read: \(systemMessage(code))")
    }

    static func writing(_ path: String, _ code: Int32) -> FileError {
        FileError(
            path, "cannot be written: \(systemMessage(code))" + (code == ENOENT ? ": its folder has to be there" : ""))
    }
}
