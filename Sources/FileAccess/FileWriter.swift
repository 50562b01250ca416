import Platform

/// Writes a file that is either wholly there or not there.
///
/// It is written under a temporary name in the same folder, synced, and renamed; then the folder is synced. Should
/// anything fail, the temporary file is removed and a previous file of that name stays as it was. One that a killed
/// program left behind is removed by the next write. A link stays one, and what it leads to is replaced; a file that is
/// replaced keeps its permissions, and one that is read-only is not. Devices, pipes and sockets are written to as they
/// are, and so is what `/dev/stdout` or `/dev/fd/3` stand for.
///
/// A writer that is given up leaves nothing behind. Use it from one thread at a time.
public final class FileWriter {
    /// As the caller named it.
    public let path: String
    /// For libraries that write by themselves; nothing else may be waiting then.
    public let descriptor: Int32
    private let destination: Destination
    private let temporary: TemporaryFile?
    private let options: Options
    private var waiting: [UInt8] = []
    private var isOpen = true

    public struct Options: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// What a power cut may take, since it is easily made again.
        public static let unsynced = Options(rawValue: 1)
        /// A program.
        public static let executable = Options(rawValue: 2)
        /// Waits for another program that is writing the same file, in place of an error.
        public static let waits = Options(rawValue: 4)
    }

    /// - Throws: `FileError` when nothing can be written there.
    public init(_ path: String, _ options: Options = []) throws(FileError) {
        self.path = path
        self.options = options
        destination = try Destination(path)
        switch destination {
        case .descriptor(let number):
            temporary = nil
            descriptor = fcntl(number, F_DUPFD_CLOEXEC, 3)
        case .stream(let place):
            temporary = nil
            descriptor = Descriptor.open(place, O_WRONLY)
        case .file(let target, let replaced):
            let permissions = replaced?.permissions ?? (options.contains(.executable) ? 0o777 : 0o666)
            let file = try TemporaryFile(
                for: target, permissions: permissions & 0o777, waits: options.contains(.waits), named: path)
            temporary = file
            descriptor = file.descriptor
        }
        guard descriptor >= 0 else { throw .writing(path, errno) }
    }

    deinit { abandon() }

    /// Appends bytes.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        try flush()
        try check(Descriptor.write(bytes, to: descriptor))
    }

    public func append(_ bytes: [UInt8]) throws(FileError) {
        try flush()
        try check(Descriptor.write(bytes, to: descriptor))
    }

    /// Appends text as UTF-8; small pieces are collected.
    public func append(_ text: String) throws(FileError) {
        waiting += Array(text.utf8)
        if waiting.count >= 1 << 16 { try flush() }
    }

    private func flush() throws(FileError) {
        guard !waiting.isEmpty else { return }
        let code = Descriptor.write(waiting, to: descriptor)
        waiting.removeAll(keepingCapacity: true)
        try check(code)
    }

    private func check(_ code: Int32) throws(FileError) {
        if code != 0 { throw .writing(path, code) }
    }

    /// Ends the file, which is there from now on. The writer is of no further use, also when this fails.
    public func finish() throws(FileError) {
        defer { abandon() }
        try flush()
        if case .file(let target, let replaced) = destination, let temporary {
            if let replaced { keep(replaced) }
            if options.contains(.unsynced) {
                // Some file systems find out at the closing that the disk is full; the lock has to last.
                try check(close(dup(descriptor)) == 0 ? 0 : errno)
            } else {
                try check(fsync(descriptor) == 0 ? 0 : errno)
            }
            try check(Files.rename(temporary.path, to: target))
            isOpen = false
            close(descriptor)
            if !options.contains(.unsynced) { Self.syncFolder(of: target) }
        } else {
            isOpen = false
            try check(close(descriptor) == 0 ? 0 : errno)
        }
    }

    /// Gives the file up: what was there before stays.
    public func abandon() {
        guard isOpen else { return }
        isOpen = false
        // First the name, while the lock still says that it is ours.
        if let temporary { Files.remove(temporary.path) }
        close(descriptor)
    }

    /// Only an administrator can give a file away; for everybody else it is theirs already, or becomes so.
    private func keep(_ replaced: Destination.Replaced) {
        _ = fchown(descriptor, replaced.owner, replaced.group)
        let readable = replaced.permissions & 0o444
        fchmod(descriptor, replaced.permissions | (options.contains(.executable) ? readable >> 2 : 0))
    }

    /// Makes the new name last through a power cut. Some file systems refuse, and the file is whole all the same.
    private static func syncFolder(of path: String) {
        let folder = Descriptor.open(Files.folder(of: path), O_RDONLY | O_DIRECTORY)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}

/// Whole files at once.
extension FileWriter {
    /// Writes a file of these bytes.
    public static func write(_ path: String, _ bytes: [UInt8], _ options: Options = []) throws(FileError) {
        let file = try FileWriter(path, options)
        try file.append(bytes)
        try file.finish()
    }

    /// Writes text as UTF-8.
    public static func write(_ path: String, text: String, _ options: Options = []) throws(FileError) {
        try write(path, Array(text.utf8), options)
    }

    /// Writes what `body` appends, so that all of it is never in memory at once.
    /// - Throws: `FileError`, and what `body` throws.
    public static func write(_ path: String, _ options: Options = [], of body: (FileWriter) throws -> Void) throws {
        let file = try FileWriter(path, options)
        try body(file)
        try file.finish()
    }

    /// Whether what is written there goes through, as into a pipe, in place of becoming a file: then it is written once.
    /// - Throws: `FileError` when nothing can be written there.
    public static func isStream(_ path: String) throws(FileError) -> Bool {
        if case .file = try Destination(path) { false } else { true }
    }

    /// Removes what killed programs have left of the files that they wrote in a folder. What is being written stays.
    public static func removeLeftovers(in folder: String) { TemporaryFile.removeLeftovers(in: folder) }

    /// The name under which a file is written before it gets its own.
    public static func temporaryPath(for path: String) -> String { TemporaryFile.path(for: path) }
}
