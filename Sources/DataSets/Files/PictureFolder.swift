import Base
import FileAccess
import Imaging
import TrainerSupport

/// What is in a folder of pictures, told by content and not by extension.
package struct PictureFolder {
    package struct File {
        var stem: String
        package var path: String
    }

    let path: String
    /// Those that may be pictures of a format that is read, in byte order of their names.
    package private(set) var pictures: [File] = []
    /// The other files, and why they are none.
    package private(set) var issues: [DataIssue] = []
    /// Folders inside, by path.
    package private(set) var subfolders: [String] = []

    var fileCount: Int { pictures.count + issues.count }

    /// Looks into every file's first bytes.
    /// - Throws: `TrainerError` when the folder cannot be read.
    package init(_ path: String) throws {
        self.path = path
        for name in try FileSystem.names(in: path) {
            let file = FileSystem.join(path, name)
            if FileSystem.isFolder(file) {
                subfolders.append(file)
            } else if let (reason, kind) = Self.fault(file) {
                issues.append(DataIssue(file: file, reason: reason, kind: kind))
            } else {
                pictures.append(File(stem: FileSystem.stem(name), path: file))
            }
        }
    }

    /// Why a file is no picture that can be read, judged by its first bytes; nil when it may be one. What cannot be looked
    /// into may be meant as one, and so is what has such a name.
    static func fault(_ path: String) -> (reason: String, kind: DataIssue.Kind)? {
        let kind: DataIssue.Kind = PictureName.isPicture(FileSystem.name(path)) ? .unusable : .foreign
        switch FileSystem.kind(path) {
        case .file: break
        case .folder, .other: return ("is not a file", kind)
        case nil: return (Files.isLink(path) ? "is a link to nothing" : "is not there", .unusable)
        }
        do {
            let head = try FileSystem.head(of: path, count: ImageFormat.headLength)
            guard let reason = ImageFormat.fault(startOf: head) else { return nil }
            return (reason, ImageFormat(startOf: head) == nil && !head.isEmpty ? kind : .unusable)
        } catch {
            // The error names the file first, as the issue does.
            let message = (error as? TrainerError)?.message ?? "\(error)"
            let prefix = path + ": "
            return (message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message, .unusable)
        }
    }

    /// Whether there is a picture among the first files of a folder.
    package static func holdsPictures(_ path: String) -> Bool {
        let names = (try? FileSystem.names(in: path)) ?? []
        return names.prefix(100).contains { name in
            let file = FileSystem.join(path, name)
            return FileSystem.isFile(file) && fault(file) == nil
        }
    }

    /// `12 pictures are in 2 folders inside: a/, b/`; nil where none is. So many files are looked at that people get an
    /// answer at once.
    package var picturesInside: String? {
        var left = 2000
        var count = 0
        var folders: [String] = []
        var waiting = subfolders
        while let folder = waiting.popLast(), left > 0 {
            guard let names = try? FileSystem.names(in: folder) else { continue }
            var found = 0
            for name in names.prefix(left) {
                left -= 1
                let file = FileSystem.join(folder, name)
                if FileSystem.isFolder(file) {
                    // Links may lead back to where they are.
                    if !Files.isLink(file) { waiting.append(file) }
                } else if Self.fault(file) == nil {
                    found += 1
                }
            }
            if found > 0 { folders.append(folder) }
            count += found
        }
        guard count > 0 else { return nil }
        let inside = folders.sorted(by: FileName.precedes).map { String($0.utf8.dropFirst(path.utf8.count)) ?? $0 }
        let list = Text.list(inside.map { String($0.drop { $0 == "/" }) + "/" }, most: 5)
        let many = (left > 0 ? "" : "at least ") + Text.count(count, "picture is", "pictures are")
        return "\(many) in \(Text.count(folders.count, "folder")) inside: \(list)"
    }
}
