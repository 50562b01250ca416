import FileAccess
import Imaging
import TensorFiles

import Platform

/// A data set in memory of sound pictures and masks, beside which the file on trial is put.
///
/// Lies in the folder that `TMPDIR` names, which whoever started the process removes.
final class PictureFolder: Sendable {
    /// Where the file on trial is.
    struct Trial: Sendable {
        var picture: String
        /// The same bytes as the mask of a sound picture.
        var mask: String
    }

    static let soundNames = ["a", "b", "c", "d"]
    /// The picture whose mask is on trial.
    static let maskedName = "y"
    static let trialName = "x"

    let root: String
    var data: String { root + "/data" }
    var weights: String { root + "/weights.safetensors" }
    var output: String { root + "/out" }
    var run: String { root + "/run" }
    var sheet: String { root + "/sheet.png" }

    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/unetc-pictures-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FuzzError.system(base) }
        root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        for folder in [data + "/images", data + "/masks"] { try Files.makeFolder(folder) }
        for (number, name) in (Self.soundNames + [Self.maskedName]).enumerated() {
            try Self.picture(number).writePNG(to: "\(data)/images/\(name).png")
        }
        for name in Self.soundNames + [Self.trialName] { try Self.mask.writePNG(to: "\(data)/masks/\(name).png") }
        // Object is where a pixel is at least half red.
        var writer = SafetensorsWriter()
        try writer.add("out.weight", shape: [1, 3, 1, 1], values: [20, 0, 0])
        try writer.add("out.bias", shape: [1], values: [-10])
        try writer.write(to: weights)
    }

    deinit { Files.removeFolder(root) }

    /// Red in its right half.
    static func picture(_ number: Int) -> Bitmap {
        var bitmap = Bitmap(width: 18, height: 14, channels: 3, fill: UInt8(20 + 10 * number))
        for y in 0..<bitmap.height { for x in 9..<bitmap.width { bitmap[x, y] = 255 } }
        return bitmap
    }

    static var mask: Bitmap {
        var bitmap = Bitmap(width: 18, height: 14, channels: 1)
        for y in 0..<bitmap.height { for x in 9..<bitmap.width { bitmap[x, y] = 255 } }
        return bitmap
    }

    /// Puts the file on trial into the data set.
    func place(_ bytes: [UInt8]) throws -> Trial {
        let ending = bytes.starts(with: [0xFF, 0xD8]) ? "jpg" : "png"
        let files = Trial(
            picture: "\(data)/images/\(Self.trialName).\(ending)", mask: "\(data)/masks/\(Self.maskedName).\(ending)")
        for path in [files.picture, files.mask] { try write(bytes, to: path) }
        return files
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw FuzzError.system(path) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw FuzzError.system(path) }
    }

    /// Takes away the file on trial and all that commands have written.
    func clear() {
        for ending in ["jpg", "png"] {
            Files.remove("\(data)/images/\(Self.trialName).\(ending)")
            Files.remove("\(data)/masks/\(Self.maskedName).\(ending)")
        }
        for path in [output, run] { Files.removeFolder(path) }
        Files.remove(sheet)
    }

    /// Names below the root that are nobody's: temporary and hidden ones, and any in the data set that was not put there.
    func leftovers(_ files: Trial) throws -> [String] {
        let all = try allFiles(below: root)
        let expected = Set(
            (Self.soundNames + [Self.maskedName]).map { "\(data)/images/\($0).png" }
                + (Self.soundNames + [Self.trialName]).map { "\(data)/masks/\($0).png" } + [files.picture, files.mask])
        return all.filter { path in
            let name = path.split(separator: "/").last ?? ""
            // The lock of a run stays there on purpose.
            if name.hasPrefix(".") { return path != run + "/.lock" && !path.hasPrefix(output + "/.") }
            return name.hasSuffix(".tmp") || (path.hasPrefix(data + "/") && !expected.contains(path))
        }.sorted()
    }
}

/// The files below a folder, folders left out.
private func allFiles(below folder: String) throws -> [String] {
    try Files.names(in: folder).flatMap { name in
        let path = "\(folder)/\(name)"
        return Files.isFolder(path) ? try allFiles(below: path) : [path]
    }
}
