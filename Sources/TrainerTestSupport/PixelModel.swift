import FileAccess
import Platform
import Runtime
import Synchronization
import TrainerSupport

/// The smallest net that can be trained: each pixel's logits are weighted sums of its channels.
///
/// Written by hand in C, `Sources/PixelNet/pixels.c`, and compiled for the tests with other macros each.
package enum PixelModel {
    static let capacity = 4
    static let side = 16

    /// - Parameter defines: macros of the C text: `CHANNELS`, `SIDE`, `NAME`, `HASH`, `TILED`, `OVERFLOWS`, `LAYER`,
    ///   `FROZEN`, `MOMENTS`; `CLASSES` (and `IGNORE`),
    ///   `LABELS` or `RECONSTRUCTION` for other tasks than a binary mask; `TARGET_NAME` (in the metadata) and `TARGET_CHANNELS` for
    ///   graphs that the trainer refuses.
    package static func load(_ defines: [String] = []) throws -> Model {
        let library = try libraries.withLock { libraries in
            if let known = libraries[defines] { return known }
            let made = try compile(defines)
            libraries[defines] = made
            return made
        }
        return try Model.load(path: library)
    }

    private static let folder = Result { try TestFolder() }
    /// Compiled once each, by one test at a time.
    private static let libraries = Mutex<[[String]: String]>([:])

    private static func compile(_ defines: [String]) throws -> String {
        let name = "model" + defines.map { "_" + $0.filter { $0.isLetter || $0.isNumber } }.joined()
        let base = try folder.get().file(name)
        let file = FileSystem.absolute(#filePath)
        let root = FileSystem.parent(FileSystem.parent(FileSystem.parent(file)))
        let flags = defines.map { "'-D\($0)'" }.joined(separator: " ")
        let include = "'-I\(root)/Sources/ModelABI/include'"
        let text = root + "/Sources/PixelNet/pixels.c"
        guard system("cc -O1 -shared -fPIC \(include) \(flags) -o '\(base).so' '\(text)' -lm") == 0 else {
            throw TrainerError("the C compiler failed on \(text)")
        }
        return base + ".so"
    }
}
