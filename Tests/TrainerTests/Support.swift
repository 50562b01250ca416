import FileAccess
import Platform
import Imaging
import Runtime
import Testing

@testable import DataSets
@testable import Tasks
@testable import Trainer
@testable import TrainerSupport

/// A folder that lives as long as this value.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/unetc-training-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TrainerError("no temporary folder can be made") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { _ = system("chmod -R u+w '\(path)'; rm -rf '\(path)'") }

    func file(_ name: String) -> String { path + "/" + name }

    /// Makes a folder inside and returns its path.
    @discardableResult
    func folder(_ name: String) throws -> String {
        try FileSystem.makeFolder(file(name))
        return file(name)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws { try FileWriter.write(file(name), bytes) }

    /// A picture of one colour.
    func writePicture(_ name: String, width: Int = 16, height: Int = 16, red: UInt8 = 90) throws {
        var bitmap = Bitmap(width: width, height: height, channels: 3, fill: 40)
        for y in 0..<height {
            for x in 0..<width { bitmap[x, y, 0] = red }
        }
        try write(name, bitmap.encodePNG())
    }

    /// A mask whose left half is `left` and whose right half is `right`.
    func writeMask(_ name: String, left: UInt8, right: UInt8, width: Int = 16, height: Int = 16) throws {
        var bitmap = Bitmap(width: width, height: height, channels: 1, fill: right)
        for y in 0..<height {
            for x in 0..<width / 2 { bitmap[x, y] = left }
        }
        try write(name, bitmap.encodePNG())
    }
}

/// The words of the error that `body` throws; empty when it throws none.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}

/// All bytes of a file; empty when it is not there.
func bytes(_ path: String) -> [UInt8] { (try? FileSystem.head(of: path, count: .max)) ?? [] }

/// The data beside the checkout; nil where there is none.
func sharedFolder(filePath: String = #filePath) -> String? {
    let root = FileSystem.parent(FileSystem.parent(FileSystem.parent(FileSystem.absolute(filePath))))
    let path = FileSystem.join(FileSystem.parent(root), "shared")
    return FileSystem.isFolder(path) ? path : nil
}

let isSharedMissing: Comment = "the data beside the checkout is absent"

extension DataSet {
    /// Reads data as a command without a net does, with the memory that the machine has.
    static func load(
        _ settings: DataSettings, _ selection: Selection, shape: SampleShape, seed: UInt64, threads: Int,
        isStrict: Bool, cache: SampleCache? = nil, console: Console
    ) throws -> (data: DataSet, findings: DataFindings?) {
        try load(
            settings, selection, shape: shape, seed: seed, threads: threads, isStrict: isStrict, cache: cache,
            shares: MemoryShares(budget: nil, net: 0, threads: threads), console: console)
    }
}
