import Base
import FileAccess
import Imaging
import Tasks
import TrainerSupport

/// What a file of annotations, or a folder of them, says of pictures.
struct AnnotationSet: Hashable, Sendable {
    enum Kind: String, Hashable, Sendable {
        case coco = "COCO JSON"
        case labelMe = "LabelMe JSON"
        case yolo = "YOLO outlines"
    }

    /// A file that says nothing, and why.
    struct Fault: Hashable, Sendable {
        var file: String
        var reason: String
    }

    var kind: Kind
    /// What objects are called, in the order of the file; of those that have no order by name.
    var labels: [String] = []
    /// By the name of their pictures, without extension.
    var masks: [ExactText: DrawnMask] = [:]
    var faults: [Fault] = []
    /// How many shapes of which kind enclose nothing, and are left out.
    var skipped: [String: Int] = [:]

    init(_ kind: Kind) { self.kind = kind }

    /// Looks what annotations there are.
    /// - Parameters:
    ///   - path: a file, or a folder.
    ///   - names: of the pictures, without extension.
    ///   - isTheirs: whether it is the pictures' own folder.
    /// - Returns: nil for a folder without annotations.
    /// - Throws: `TrainerError` for a file that cannot be read.
    init?(at path: String, names: [String], isTheirs: Bool) throws {
        let known = Set(names.map(ExactText.init))
        guard FileSystem.isFolder(path) else {
            try self.init(coco: path, names: known)
            return
        }
        let files = try FileSystem.names(in: path)
        func named(_ ending: String) -> [String] {
            files.filter { $0.lowercased().hasSuffix(ending) && FileSystem.isFile(FileSystem.join(path, $0)) }
        }
        func isKnown(_ file: String) -> Bool { known.contains(ExactText(Self.stem(file))) }
        let documents = named(".json")
        if documents.contains(where: isKnown) || (!isTheirs && documents.count > 1) {
            try self.init(labelMe: documents.map { FileSystem.join(path, $0) })
        } else if documents.count == 1, !isTheirs || documents[0].lowercased().hasSuffix("coco.json") {
            try self.init(coco: FileSystem.join(path, documents[0]), names: known)
        } else {
            let texts = named(".txt").filter { !Self.lists.contains($0.lowercased()) }
            guard texts.contains(where: isKnown) else { return nil }
            self.init(yolo: texts.map { FileSystem.join(path, $0) }, folder: path)
        }
    }

    private static let lists: Set<String> = [
        "classes.txt", "notes.txt", "readme.txt", "obj.names", "train.txt", "val.txt",
    ]

    /// Whether there are files of annotations in the folder of their pictures.
    static func isBeside(_ names: [String], in folder: String) -> Bool {
        let known = Set(names.map(ExactText.init))
        let files = (try? FileSystem.names(in: folder)) ?? []
        return files.contains { file in
            let ending = file.lowercased()
            return (ending.hasSuffix(".json") || ending.hasSuffix(".txt")) && known.contains(ExactText(stem(file)))
        }
    }

    /// The name without the last extension, whatever that is.
    static func stem(_ path: String) -> String {
        let name = FileSystem.name(path)
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// `3 of kind line and 1 of kind point enclose nothing and are left out`; nil where there are none.
    var skippedText: String? {
        guard !skipped.isEmpty else { return nil }
        let kinds = skipped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return "shapes that enclose nothing are left out: " + kinds.joined(separator: ", ")
    }
}

extension JSONReader {
    /// The size of a picture as annotations have it; nil where they say nothing.
    /// - Throws: `JSONError` for what is none.
    func size(_ width: Int, _ height: Int) throws -> PictureSize? {
        if width == 0 && height == 0 { return nil }
        guard width > 0, height > 0, width <= 1 << 20, height <= 1 << 20, width * height <= 1 << 28 else {
            throw fault("expected the picture's width and height, found \(width) and \(height)")
        }
        return PictureSize(width: width, height: height)
    }
}
