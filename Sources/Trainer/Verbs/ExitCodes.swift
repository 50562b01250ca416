import Base
import FileAccess
import Imaging
import Runtime
import TensorFiles
import TrainerSupport

/// What the process says to whoever started it.
enum ExitCodes {
    static let userFault: Int32 = 1
    static let usage: Int32 = 2
    static let bug: Int32 = 70
}

/// Tells an error.
/// - Parameter rank: the process whose error it is, where that is not plain.
/// - Returns: the exit code.
func report(_ error: any Error, of rank: String? = nil) -> Int32 {
    let who = rank.map { $0 + ": " } ?? ""
    switch error {
    case is TrainerError, is RuntimeError, is TensorFileError, is ImageError, is FileError, is ThreadError:
        StandardStreams.complain("\(who)error: \(error)\n")
        return ExitCodes.userFault
    default:
        StandardStreams.complain("\(who)internal error: \(error)\n")
        return ExitCodes.bug
    }
}
