import FileAccess
import Imaging
import Platform
import TrainerSupport

/// A folder that lives as long as this value.
package final class TestFolder: Sendable {
    package let path: String

    package init() throws {
        var template = Array("/tmp/unetc-training-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TrainerError("no temporary folder can be made") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { _ = system("chmod -R u+w '\(path)'; rm -rf '\(path)'") }

    package func file(_ name: String) -> String { path + "/" + name }

    /// Makes a folder inside and returns its path.
    @discardableResult
    package func folder(_ name: String) throws -> String {
        try FileSystem.makeFolder(file(name))
        return file(name)
    }

    package func write(_ name: String, _ bytes: [UInt8]) throws { try FileWriter.write(file(name), bytes) }

    /// A picture of one colour.
    package func writePicture(_ name: String, width: Int = 16, height: Int = 16, red: UInt8 = 90) throws {
        var bitmap = Bitmap(width: width, height: height, channels: 3, fill: 40)
        for y in 0..<height {
            for x in 0..<width { bitmap[x, y, 0] = red }
        }
        try write(name, bitmap.encodePNG())
    }

    /// A mask whose left half is `left` and whose right half is `right`.
    package func writeMask(_ name: String, left: UInt8, right: UInt8, width: Int = 16, height: Int = 16) throws {
        var bitmap = Bitmap(width: width, height: height, channels: 1, fill: right)
        for y in 0..<height {
            for x in 0..<width / 2 { bitmap[x, y] = left }
        }
        try write(name, bitmap.encodePNG())
    }
}

/// The words of the error that `body` throws; empty when it throws none.
package func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}

/// All bytes of a file; empty when it is not there.
package func bytes(_ path: String) -> [UInt8] { (try? FileSystem.head(of: path, count: .max)) ?? [] }
