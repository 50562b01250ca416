import Base
import FileAccess
import Imaging
import TrainerSupport

/// A picture and its mask, by path.
package struct SamplePair: Hashable, Sendable {
    /// The common name without extension.
    var stem: String
    package var picture: String
    /// nil for nets that learn the pictures themselves.
    package var mask: String?
}

/// Pairs the pictures of one folder with the masks of another by exact stem.
package struct SamplePairing: Hashable, Sendable {
    /// In byte order of the stems.
    package var pairs: [SamplePair] = []
    var report = DataReport()
    /// Files that look like pictures, and like masks; folders inside that are not looked into.
    package var pictureCount = 0
    package var maskCount = 0
    package var subfolders: [String] = []
    /// Why there is no pair.
    package private(set) var fault: TrainerError?

    /// Looks into every file's first bytes, since extensions lie.
    /// - Throws: `TrainerError` when a folder cannot be read or nothing fits together.
    init(_ folders: DataFolders) throws {
        try self.init(listing: folders)
        if let fault { throw fault }
    }

    /// As `init(_:)`, but finding no pair at all is no error.
    package init(listing folders: DataFolders) throws {
        if let masks = folders.masks { try Self.checkApart(folders.pictures, masks) }
        let pictures = try NamedPictures(folders.pictures)
        report.issues = pictures.issues
        report.fileCount = pictures.folder.fileCount
        pictureCount = pictures.files.count
        subfolders = pictures.folder.subfolders
        guard let maskFolder = folders.masks else {
            pairs = pictures.files.map { SamplePair(stem: $0.stem, picture: $0.path) }
            if pairs.isEmpty { fault = Self.empty(pictures) }
            return
        }
        let masks = try NamedPictures(maskFolder)
        report.fileCount += masks.folder.fileCount
        maskCount = masks.files.count
        subfolders += masks.folder.subfolders
        let sameFiles = pair(pictures, masks)
        if pairs.isEmpty {
            fault = sameFiles.isEmpty ? Self.nothing(pictures, masks) : Self.onlyPictures(sameFiles, maskFolder)
        }
    }

    /// - Returns: the masks that are their pictures themselves, through links.
    private mutating func pair(_ pictures: NamedPictures, _ masks: NamedPictures) -> [String] {
        var sameFiles: [String] = []
        let alone = pictures.files.filter { masks.file(of: $0.stem) == nil && !masks.isUnusable($0.stem) }
        let masksAlone = masks.files.filter { pictures.file(of: $0.stem) == nil && !pictures.isUnusable($0.stem) }
        for picture in pictures.files {
            guard let mask = masks.file(of: picture.stem) else { continue }
            if Files.identity(of: picture.path) == Files.identity(of: mask) {
                sameFiles.append(mask)
                let reason = "is the same file as its picture, \(picture.path)"
                report.issues.append(DataIssue(file: mask, reason: reason, kind: .unusable))
            } else {
                pairs.append(SamplePair(stem: picture.stem, picture: picture.path, mask: mask))
            }
        }
        // Strings are equal here that only look so.
        let lookalikes = Dictionary(masksAlone.map { ($0.stem, $0.path) }, uniquingKeysWith: { first, _ in first })
        report.issues += alone.map { picture in
            var reason = "has no mask in \(masks.folder.path)"
            if let mask = lookalikes[picture.stem] { reason += ", where \(NamePattern.lookalike(mask))" }
            return DataIssue(file: picture.path, reason: reason, kind: .pictureAlone)
        }
        report.issues += masks.issues
        report.issues += masksAlone.map { mask in
            DataIssue(file: mask.path, reason: "has no picture in \(pictures.folder.path)", kind: .maskAlone)
        }
        return sameFiles
    }

    private static func onlyPictures(_ sameFiles: [String], _ folder: String) -> TrainerError {
        TrainerError(
            "\(folder): no mask in it, but links to the pictures: \(Text.list(sameFiles))",
            hint: "put the masks there under their pictures' names, or name their folder with --masks")
    }

    /// - Throws: `TrainerError` when both are one folder, in which each picture would be its own mask.
    private static func checkApart(_ pictures: String, _ masks: String) throws {
        guard let identity = Files.identity(of: pictures), identity == Files.identity(of: masks) else { return }
        let names = ExactText(pictures) == ExactText(masks) ? pictures : "\(pictures) and \(masks)"
        throw TrainerError(
            "\(names): pictures and masks are in the same folder, so that each picture would be its own mask",
            hint: "put the masks into a folder of their own, under their pictures' names, and name it with --masks")
    }

    private static func empty(_ folder: NamedPictures) -> TrainerError {
        if let inside = folder.folder.picturesInside {
            return TrainerError(
                "\(folder.folder.path): expected PNG or JPEG files, found none; \(inside)",
                hint: "move them up, or name the folder that holds them with --images (and --masks)")
        }
        let issue = folder.issues.first.map { "; the first fault is " + $0.text } ?? ""
        return TrainerError("\(folder.folder.path): expected PNG or JPEG files, found none\(issue)")
    }

    private static func nothing(_ pictures: NamedPictures, _ masks: NamedPictures) -> TrainerError {
        guard let picture = pictures.files.first, let mask = masks.files.first else {
            return empty(pictures.files.isEmpty ? pictures : masks)
        }
        let naming = NamePattern(pictures: pictures.files.map(\.path), masks: masks.files.map(\.path))?.advice
        return TrainerError(
            "no picture in \(pictures.folder.path) has a mask of the same name in \(masks.folder.path)",
            hint: naming
                ?? "a picture and its mask need equal names before the extension; the first ones here are "
                + "\"\(FileSystem.name(picture.path))\" and \"\(FileSystem.name(mask.path))\"")
    }
}

/// The pictures in a folder, one for each name.
private struct NamedPictures {
    let folder: PictureFolder
    /// One a stem, in byte order of the stems.
    private(set) var files: [PictureFolder.File] = []
    private(set) var issues: [DataIssue]
    /// Stems of which there are only files that cannot be used; the issues name them already.
    private var unusable: Set<ExactText>
    private var paths: [ExactText: String] = [:]

    func file(of stem: String) -> String? { paths[ExactText(stem)] }

    func isUnusable(_ stem: String) -> Bool { unusable.contains(ExactText(stem)) }

    init(_ path: String) throws {
        folder = try PictureFolder(path)
        issues = folder.issues
        unusable = Set(issues.map { ExactText(FileSystem.stem($0.file)) })
        for file in folder.pictures {
            if let first = paths[ExactText(file.stem)] {
                let reason = "has the name of \(FileSystem.name(first)), which is used"
                issues.append(DataIssue(file: file.path, reason: reason, kind: .sameName))
            } else {
                paths[ExactText(file.stem)] = file.path
                files.append(file)
            }
        }
        files.sort { FileSystem.precedes($0.stem, $1.stem) }
        unusable.subtract(paths.keys)
    }
}
