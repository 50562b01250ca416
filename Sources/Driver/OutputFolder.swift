import Base
import Emission
import FileAccess
import Strategy

/// A file to be written to a folder, relative to it.
public struct OutputFile: Hashable, Sendable {
    public var path: String
    public var bytes: [UInt8]

    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    init(_ file: EmittedFile) { self.init(path: file.path, bytes: Array(file.text.utf8)) }
}

/// The folder that `compile` and `bundle` write to, and what in it is unetc's.
///
/// A list in the folder has each file that unetc has put there with a hash of what was in it. What is not on it, or has
/// changed since, is the user's: it is neither replaced nor removed.
public struct OutputFolder {
    static let listName = "unetc_files.txt"
    private static let title = "# What unetc has written here. Files that have changed since are not replaced."

    let path: String
    /// By file the hashes of what unetc may have put there. It is more than one where a compilation was cut short.
    private var written: [String: Set<String>]
    /// Folders of older versions have no list.
    private let hasList: Bool
    /// Of the files of this compilation.
    private var hashes: [String: Set<String>] = [:]

    /// - Throws: `DriverError` for a folder that is not unetc's.
    public init(_ path: String) throws {
        self.path = path
        let list = try? Files.read("\(path)/\(Self.listName)")
        written = list.map(Self.parse) ?? [:]
        hasList = list.map { String(decoding: $0, as: UTF8.self).hasPrefix("# What unetc") } ?? false
        let names = (try? Files.names(in: path)) ?? []
        guard names.isEmpty || hasList || Files.exists(path + "/unetc_model.h") else {
            throw DriverError(
                "\(path): expected a new folder or one that unetc has written, found other files\n"
                    + "  hint: name another with --output")
        }
    }

    // MARK: What is the user's

    /// Looks at everything before anything is written.
    /// - Parameter product: the program, whose contents are not known yet; nil where there will be none.
    /// - Throws: `DriverError` that names the user's files that would be lost.
    public func check(_ files: [OutputFile], product: String? = nil) throws {
        var lost: [String] = []
        for file in files where isUsers(file.path, unless: file.bytes) { lost.append(file.path) }
        if let product, isUsers(product) { lost.append(product) }
        // The program is made of all kernels that lie there, and these would be removed.
        lost += stale(files, product).filter { isUsers($0) }
        guard let first = lost.first else { return }
        let others = lost.count == 1 ? "" : lost.count == 2 ? " and another file" : " and \(lost.count - 1) other files"
        let them = lost.count == 1 ? "it" : "them"
        throw DriverError(
            "\(path)/\(first)\(others) would be lost: not written by unetc, or changed since"
                + (lost.count == 1 ? "" : lost.prefix(20).map { "\n  " + $0 }.joined())
                + "\n  hint: move \(them) away, name another folder with --output, or replace \(them) with --overwrite")
    }

    /// Whether there is something that unetc has not put there.
    /// - Parameter contents: what is to be there; the same is nobody's loss.
    private func isUsers(_ file: String, unless contents: [UInt8]? = nil) -> Bool {
        guard Files.kind("\(path)/\(file)") != nil else { return false }
        guard let bytes = try? Files.read("\(path)/\(file)") else { return true }
        if bytes == contents || written[file]?.contains(ContentDigest(bytes).text) == true { return false }
        // A folder of an older version has no list, so that nobody can tell what was changed there.
        return true
    }

    /// Whether a file of an older version's kernels begins so.
    private func isKernelFile(_ bytes: [UInt8]) -> Bool {
        let start = String(decoding: bytes.prefix(400), as: UTF8.self)
        return ["Kernels of ", "The optimisers, "].contains { start.dropFirst(3).hasPrefix($0) }
    }

    /// What an earlier compilation has written and this one does not, and must not lie about.
    private func stale(_ files: [OutputFile], _ product: String?) -> [String] {
        let known = hasList ? Array(written.keys) : olderFiles
        let names = Set(files.map(\.path) + [product, Self.listName].compactMap(\.self))
        return known.filter { !names.contains($0) && Files.exists("\(path)/\($0)") }.sorted(by: FileName.precedes)
    }

    /// What `--overwrite` removes where there is no list: kernels that look generated, and the files beside them that not
    /// every net has.
    private var olderFiles: [String] {
        let kernels = ((try? Files.names(in: path + "/kernels")) ?? []).map { "kernels/" + $0 }
        return EmittedModel.supportFiles
            + kernels.filter { (try? Files.read("\(path)/\($0)")).map(isKernelFile) ?? false }
    }

    // MARK: Writing

    /// Writes the files, and removes those of earlier compilations that are not among them.
    public mutating func write(_ files: [OutputFile], product: String? = nil) throws {
        try Files.makeFolder(path)
        for folder in Set(files.map { Files.folder(of: "\(path)/\($0.path)") } + [path]).sorted() {
            FileWriter.removeLeftovers(in: folder)
        }
        // Known before they are there, so that a compilation that is cut short leaves nothing that looks like the user's.
        for file in files { hashes[file.path, default: []].insert(ContentDigest(file.bytes).text) }
        written.merge(hashes) { $0.union($1) }
        try writeList()
        for file in files {
            let place = "\(path)/\(file.path)"
            try Files.makeFolder(Files.folder(of: place))
            // Untouched files keep their time, for people who build on top of the folder.
            if let current = try? Files.read(place), current == file.bytes { continue }
            try FileWriter.write(place, file.bytes, .waits)
        }
        for name in stale(files, product) {
            Files.remove("\(path)/\(name)")
            written[name] = nil
        }
    }

    /// Ends a compilation that makes no program.
    public mutating func finish() throws {
        written = hashes
        try writeList()
    }

    /// Puts the program there, which ends the compilation.
    mutating func finish(product: String, from program: String) throws {
        let bytes = try Files.read(program)
        let hash = ContentDigest(bytes).text
        written[product, default: []].insert(hash)
        try writeList()
        try FileWriter.write("\(path)/\(product)", bytes, [.executable, .waits])
        written = hashes
        written[product] = [hash]
        try writeList()
    }

    private func writeList() throws {
        let rows = written.keys.sorted(by: FileName.precedes).flatMap { file in
            (written[file] ?? []).sorted().map { "\($0)  \(file)\n" }
        }
        let text = Self.title + "\n" + rows.joined()
        let place = "\(path)/\(Self.listName)"
        if let current = try? Files.read(place), current == Array(text.utf8) { return }
        try FileWriter.write(place, text: text, .waits)
    }

    /// Lines that make no sense, or lead out of the folder, are passed over.
    private static func parse(_ bytes: [UInt8]) -> [String: Set<String>] {
        var written: [String: Set<String>] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            guard let gap = line.firstRange(of: "  ") else { continue }
            let file = String(line[gap.upperBound...])
            let parts = file.split(separator: "/", omittingEmptySubsequences: false)
            guard !parts.contains(where: { $0.isEmpty || $0 == ".." }) else { continue }
            written[file, default: []].insert(String(line[..<gap.lowerBound]))
        }
        return written
    }
}
