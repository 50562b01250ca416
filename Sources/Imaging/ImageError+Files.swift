import Base
import FileAccess

import Platform

extension ImageError {
    init(_ error: FileError) { self.init(file: error.path, message: error.message) }

    /// What the system says, such as "No such file or directory".
    static func system(_ what: String, _ path: String) -> ImageError {
        ImageError(file: path, message: "\(what): \(systemMessage(errno))")
    }
}
