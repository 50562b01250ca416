import Base
import Tasks
import TrainerSupport

/// What is known of labels that may overlap, before their masks are looked for.
package struct LabelRule: Hashable, Sendable {
    var range: LabelRange
    /// What files, or annotations, call the labels; empty to find them out.
    var names: [String] = []
    /// Whether a file that is not there means that its label is nowhere in the picture.
    var isSparse = false
}

/// Finds the files of labels that may overlap, one for each label and picture: `masks/nucleus/NAME.png`, or
/// `masks/NAME_nucleus.png`.
struct LabelSearch {
    let pictures: NamedPictures
    let rule: LabelRule

    /// Files by picture and label.
    struct Found: Hashable, Sendable {
        /// By the name of the picture, in byte order of the labels.
        var planes: [ExactText: [LabelPlanes.Plane]] = [:]
        var labels: Set<ExactText> = []
        /// Files that belong to no picture, or to no label that was asked for.
        var issues: [DataIssue] = []
        var fileCount = 0
        /// Folders that are labels.
        var folders: [String] = []
        var isInFolders: Bool { !folders.isEmpty }

        var sortedLabels: [String] { labels.map(\.text).sorted(by: FileName.precedes) }

        mutating func add(_ label: String, _ file: String, to picture: String) {
            labels.insert(ExactText(label))
            let place = planes[ExactText(picture), default: []].firstIndex { FileName.precedes(label, $0.label) }
            let plane = LabelPlanes.Plane(label: label, file: file)
            planes[ExactText(picture), default: []].insert(
                plane, at: place ?? planes[ExactText(picture)]?.count ?? 0)
        }
    }

    /// - Returns: nil where there is one mask for each picture, or where nothing of the kind is found.
    func found(in masks: PictureFolder) throws -> Found? {
        guard !masks.pictures.contains(where: { pictures.file(of: $0.stem) != nil }) else { return nil }
        var found = byName(NamedPictures(masks))
        if found.planes.isEmpty, let inFolders = try inFolders(masks) { found = inFolders }
        // What all are called is the word for masks, and these have bands.
        guard !found.planes.isEmpty, found.labels.count > 1 || !rule.names.isEmpty else { return nil }
        return found
    }

    private func inFolders(_ masks: PictureFolder) throws -> Found? {
        let folders = masks.subfolders.filter { folder in
            rule.names.isEmpty ? PictureFolder.holdsPictures(folder) : isNamed(FileSystem.name(folder))
        }
        guard !folders.isEmpty else { return nil }
        var found = Found()
        for folder in folders {
            let label = FileSystem.name(folder)
            let files = NamedPictures(try PictureFolder(folder))
            found.folders.append(folder)
            found.issues += files.issues
            found.fileCount += files.folder.fileCount
            for file in files.files {
                let stem = pictures.file(of: file.stem) != nil ? file.stem : core(of: file.stem, label) ?? ""
                if pictures.file(of: stem) != nil {
                    found.add(label, file.path, to: stem)
                } else if !pictures.isUnusable(file.stem) {
                    found.issues.append(Self.alone(file.path, pictures.folder.path))
                }
            }
        }
        return found
    }

    /// - Parameter files: masks, and in one folder with their pictures these too.
    func byName(_ files: NamedPictures) -> Found {
        var found = Found()
        found.issues = files.issues
        found.fileCount = files.folder.fileCount
        for file in files.files {
            if let (picture, label) = parted(file.stem) {
                found.add(label, file.path, to: picture)
            } else {
                found.issues.append(Self.alone(file.path, pictures.folder.path))
            }
        }
        return found
    }

    private static func alone(_ file: String, _ pictures: String) -> DataIssue {
        DataIssue(file: file, reason: "is of no label of a picture in \(pictures)", kind: .maskAlone)
    }

    private func isNamed(_ label: String) -> Bool { rule.names.contains { ExactText($0) == ExactText(label) } }

    /// What parts a picture's name from that of a label.
    private static let signs = Array("_-. ".utf8)

    private func core(of stem: String, _ label: String) -> String? {
        Self.signs.lazy.compactMap { sign in
            MaskName.Affixes(suffix: String(decoding: [sign], as: UTF8.self) + label).core(of: stem)
        }.first
    }

    /// The picture that a mask's name begins with, and the label that it ends with; nil for others. Of several pictures that
    /// with the longest name, and of several labels likewise.
    func parted(_ stem: String) -> (picture: String, label: String)? {
        guard rule.names.isEmpty else {
            let parts = rule.names.compactMap { label in
                core(of: stem, label).flatMap { pictures.file(of: $0) == nil ? nil : (picture: $0, label: label) }
            }
            return parts.max { $0.label.utf8.count < $1.label.utf8.count }
        }
        let bytes = Array(stem.utf8)
        for place in bytes.indices.reversed() where Self.signs.contains(bytes[place]) && place + 1 < bytes.count {
            guard let picture = String(validating: bytes[..<place], as: UTF8.self),
                let label = String(validating: bytes[(place + 1)...], as: UTF8.self),
                pictures.file(of: picture) != nil
            else { continue }
            return (picture, label)
        }
        return nil
    }
}
