import Imaging

/// A picture and its mask, by path.
struct SamplePair: Hashable, Sendable {
    /// The common name without extension.
    var stem: String
    var picture: String
    /// nil for nets that learn the pictures themselves.
    var mask: String?
}

/// Pairs the pictures of one folder with the masks of another by exact stem.
struct SamplePairing: Hashable, Sendable {
    /// In byte order of the stems.
    var pairs: [SamplePair] = []
    var report = DataReport()
    /// Files that look like pictures, and like masks; folders inside that are not looked into.
    var pictureCount = 0
    var maskCount = 0
    var subfolders: [String] = []
    /// Why there is no pair.
    private(set) var fault: TrainerError?

    /// Looks into every file's first bytes, since extensions lie.
    /// - Throws: `TrainerError` when a folder cannot be read or nothing fits together.
    init(_ folders: DataFolders) throws {
        try self.init(listing: folders)
        if let fault { throw fault }
    }

    /// As `init(_:)`, but finding no pair at all is no error.
    init(listing folders: DataFolders) throws {
        let pictures = try FolderListing(folders.pictures)
        report.issues = pictures.issues
        pictureCount = pictures.files.count
        subfolders = pictures.subfolders
        guard let maskFolder = folders.masks else {
            pairs = pictures.files.map { SamplePair(stem: $0.stem, picture: $0.path) }
            if pairs.isEmpty { fault = Self.empty(pictures) }
            return
        }
        let masks = try FolderListing(maskFolder)
        maskCount = masks.files.count
        subfolders += masks.subfolders
        for picture in pictures.files {
            if let mask = masks.file(of: picture.stem) {
                pairs.append(SamplePair(stem: picture.stem, picture: picture.path, mask: mask))
            } else if !masks.unusable.contains(picture.stem) {
                let reason = "has no mask in \(maskFolder)"
                report.issues.append(DataIssue(file: picture.path, reason: reason, kind: .pictureAlone))
            }
        }
        report.issues += masks.issues
        for mask in masks.files where pictures.file(of: mask.stem) == nil && !pictures.unusable.contains(mask.stem) {
            let reason = "has no picture in \(folders.pictures)"
            report.issues.append(DataIssue(file: mask.path, reason: reason, kind: .maskAlone))
        }
        if pairs.isEmpty { fault = Self.nothing(pictures, masks) }
    }

    private static func empty(_ folder: FolderListing) -> TrainerError {
        let issue = folder.issues.first.map { ": " + $0.text } ?? ""
        return TrainerError("\(folder.folder): expected PNG or JPEG files, found none\(issue)")
    }

    private static func nothing(_ pictures: FolderListing, _ masks: FolderListing) -> TrainerError {
        guard let picture = pictures.files.first, let mask = masks.files.first else {
            return empty(pictures.files.isEmpty ? pictures : masks)
        }
        let naming = NamePattern(pictures: pictures.files.map(\.path), masks: masks.files.map(\.path))?.advice
        return TrainerError(
            "no picture in \(pictures.folder) has a mask of the same name in \(masks.folder)",
            hint: naming
                ?? "a picture and its mask need equal names before the extension; the first ones here are "
                + "\"\(FileSystem.name(picture.path))\" and \"\(FileSystem.name(mask.path))\"")
    }
}

/// The pictures in a folder, told from other files by content.
private struct FolderListing {
    struct File {
        var stem: String
        var path: String
    }

    let folder: String
    /// One a stem, in byte order of the stems.
    private(set) var files: [File] = []
    private(set) var issues: [DataIssue] = []
    /// Folders inside, by path.
    private(set) var subfolders: [String] = []
    /// Stems of which there are only files that cannot be used; the issues name them already.
    private(set) var unusable: Set<String> = []
    private var paths: [String: String] = [:]

    func file(of stem: String) -> String? { paths[stem] }

    init(_ folder: String) throws {
        self.folder = folder
        for name in try FileSystem.names(in: folder) {
            let path = FileSystem.join(folder, name)
            if FileSystem.kind(path) == .folder {
                subfolders.append(path)
                continue
            }
            let stem = FileSystem.stem(name)
            if let (reason, kind) = Self.fault(path) {
                issues.append(DataIssue(file: path, reason: reason, kind: kind))
                unusable.insert(stem)
            } else if let first = paths[stem] {
                let reason = "has the name of \(FileSystem.name(first)), which is used"
                issues.append(DataIssue(file: path, reason: reason, kind: .sameName))
            } else {
                paths[stem] = path
                files.append(File(stem: stem, path: path))
            }
        }
        files.sort { FileSystem.precedes($0.stem, $1.stem) }
        unusable.subtract(paths.keys)
    }

    /// Why the file is no picture, judged by its first bytes; nil when it may be one.
    private static func fault(_ path: String) -> (reason: String, kind: DataIssue.Kind)? {
        guard FileSystem.isFile(path) else { return ("is not a file", .foreign) }
        do {
            let head = try FileSystem.head(of: path, count: 16)
            if head.isEmpty { return ("is empty, expected PNG or JPEG", .unusable) }
            switch ImageFormat(startOf: head) {
            case .png, .jpeg: return nil
            case .some(let other): return ("is a \(other.rawValue), expected PNG or JPEG", .unusable)
            case nil: return ("is not a picture, expected PNG or JPEG", .foreign)
            }
        } catch {
            // The error names the file first, as the issue does.
            let message = (error as? TrainerError)?.message ?? "\(error)"
            let prefix = path + ": "
            return (message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message, .unusable)
        }
    }
}
