import FileAccess

import Platform

/// All bytes of a file.
/// - Throws: `FileError` with the path and the system's reason.
public func readBytes(_ path: String) throws -> [UInt8] { try Files.read(path) }

/// The names of a folder's files, in their order.
/// - Throws: `FileError` with the path and the system's reason.
public func fileNames(in folder: String) throws -> [String] {
    try Files.names(in: folder).filter { !$0.hasPrefix(".") }
}

/// Writes a file beside its place and moves it there.
/// - Throws: `FileError` with the path and the system's reason.
public func writeText(_ text: String, to path: String) throws { try FileWriter.write(path, text: text) }

/// The folder that a path lies in.
func parent(_ path: String) -> String { Files.folder(of: path) }

/// The checkout that these sources lie in, whatever links lead to it.
public func checkoutFolder(filePath: String = #filePath) -> String {
    parent(parent(parent(Files.absolute(filePath))))
}

/// The folder of shared reference data beside the checkout; nil where there is none, so that tests can skip.
public func sharedFolder() -> String? {
    let path = parent(checkoutFolder()) + "/shared"
    return access(path, R_OK | X_OK) == 0 ? path : nil
}

/// A program that was built along with the tests, which run from the same folder.
/// - Throws: `FileError` when it is not there.
public func builtProgram(_ name: String) throws -> String {
    let path = parent(Files.absolute("/proc/self/exe")) + "/" + name
    guard access(path, X_OK) == 0 else { throw FileError(path, "is not built") }
    return path
}
