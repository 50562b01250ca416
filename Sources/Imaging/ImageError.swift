/// Why a picture could not be read or written, for people who know the file and not the program.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file as the caller named it.
    public var file: String
    /// What is wrong with it and what to do, without the name: "is a HEIC, expected PNG, JPEG or …; convert it".
    public var message: String
    /// True when nothing is wrong with the file: a ``DecodingSupervisor`` was asked to end.
    public var isCancelled = false

    public init(file: String, message: String) {
        self.file = file
        self.message = message
    }

    public var description: String { "\(file): \(message)" }
}
