import Glibc
import Imaging

/// A picture that somebody asked to predict.
struct PredictionPicture: Hashable, Sendable {
    var path: String
    /// The folder of its result inside the output; empty for the output itself.
    var below = ""
}

/// The pictures that a command line names: files, folders, and patterns that no shell has expanded.
struct PredictionInputs {
    private(set) var pictures: [PredictionPicture] = []
    private let isRecursive: Bool
    /// Not looked into when it lies in a folder of pictures.
    private let output: String
    /// So that links between folders end somewhere.
    private var seen: Set<String> = []

    /// Takes files as they are, and of folders the files that are pictures by content, in byte order of their names.
    /// - Parameters:
    ///   - isRecursive: looks into folders of folders too; results lie in folders of the same names.
    ///   - output: where results go.
    /// - Throws: `TrainerError` for names that are not there, patterns that fit nothing, and an empty list.
    init(_ arguments: [String], isRecursive: Bool, output: String) throws {
        self.isRecursive = isRecursive
        self.output = FileSystem.absolute(output)
        for argument in arguments {
            if FileSystem.kind(argument) == nil, argument.contains(where: "*?[".contains) {
                for path in try Self.expand(argument) { try add(path) }
            } else {
                try add(argument)
            }
        }
        guard !pictures.isEmpty else {
            throw TrainerError(
                "\(arguments.joined(separator: ", ")): expected pictures (PNG or JPEG), found none",
                hint: isRecursive ? nil : "--recursive looks into folders of folders too")
        }
    }

    private mutating func add(_ path: String) throws {
        switch FileSystem.kind(path) {
        case .folder: try addFolder(path, below: "")
        case .file: pictures.append(PredictionPicture(path: path))
        case .other, nil: throw TrainerError("\(path): expected a picture or a folder of pictures, found none")
        }
    }

    private mutating func addFolder(_ path: String, below: String) throws {
        if isRecursive, !seen.insert(FileSystem.absolute(path)).inserted { return }
        for name in try FileSystem.names(in: path) {
            let file = FileSystem.join(path, name)
            switch FileSystem.kind(file) {
            case .folder:
                guard isRecursive, FileSystem.absolute(file) != output else { continue }
                try addFolder(file, below: FileSystem.join(below, name))
            case .file:
                guard let head = try? FileSystem.head(of: file, count: 16), ImageFormat(startOf: head) != nil else {
                    continue
                }
                pictures.append(PredictionPicture(path: file, below: below))
            case .other, nil: continue
            }
        }
    }

    private static func expand(_ pattern: String) throws -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, GLOB_NOSORT, nil, &found) == 0 else {
            throw TrainerError(
                "\(pattern): no file has such a name", hint: "* stands for any part of one name, ? for one letter")
        }
        let paths = (0..<Int(found.gl_pathc)).compactMap { index in
            found.gl_pathv[index].map { String(cString: $0) }
        }
        return paths.sorted(by: FileSystem.precedes)
    }
}

/// Paths that come on a file descriptor, one after the other.
struct PathStream {
    private let descriptor: Int32
    private let separator: UInt8
    private var bytes: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    /// - Parameter isNullSeparated: paths end with a zero byte, as those of `find -print0`, instead of a line's end.
    init(descriptor: Int32, isNullSeparated: Bool) {
        self.descriptor = descriptor
        separator = isNullSeparated ? 0 : 10
    }

    /// The next path, waited for; nil at the end, and when `isStopped`, which is asked several times a second. Empty ones
    /// are left out.
    mutating func next(isStopped: () -> Bool) -> String? {
        var scanned = start
        while true {
            if let end = bytes[scanned...].firstIndex(of: separator) {
                let path = bytes[start..<end]
                start = end + 1
                scanned = start
                if !path.isEmpty { return String(decoding: path, as: UTF8.self) }
                continue
            }
            guard !isAtEnd else {
                defer { start = bytes.count }
                return start < bytes.count ? String(decoding: bytes[start...], as: UTF8.self) : nil
            }
            bytes.removeFirst(start)
            start = 0
            scanned = bytes.count
            if !readMore(isStopped) { return nil }
        }
    }

    /// False when stopped.
    private mutating func readMore(_ isStopped: () -> Bool) -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&waiting, 1, 200)
            if count > 0 || (count < 0 && errno != EINTR) { break }
            if isStopped() { return false }
        }
        var block = [UInt8](repeating: 0, count: 1 << 12)
        var got = read(descriptor, &block, block.count)
        while got < 0 && errno == EINTR { got = read(descriptor, &block, block.count) }
        if got > 0 { bytes += block[..<got] } else { isAtEnd = true }
        return true
    }
}
