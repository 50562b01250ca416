import Base
import TrainerSupport

/// The pictures in a folder, one for each name.
struct NamedPictures {
    let folder: PictureFolder
    /// One a stem, in byte order of the stems.
    private(set) var files: [PictureFolder.File] = []
    private(set) var issues: [DataIssue]
    /// Stems of which there are only files that cannot be used; the issues name them already.
    private var unusable: Set<ExactText>
    private var places: [ExactText: PictureFolder.File] = [:]

    func file(of stem: String) -> PictureFolder.File? { places[ExactText(stem)] }

    func isUnusable(_ stem: String) -> Bool { unusable.contains(ExactText(stem)) }

    init(_ folder: PictureFolder) {
        self.folder = folder
        issues = folder.issues
        unusable = Set(issues.map { ExactText(FileSystem.stem($0.file)) })
        for file in folder.pictures {
            if let first = places[ExactText(file.stem)] {
                let reason = "has the name of \(FileSystem.name(first.path)), which is used"
                issues.append(DataIssue(file: file.path, reason: reason, kind: .sameName))
            } else {
                places[ExactText(file.stem)] = file
                files.append(file)
            }
        }
        files.sort { FileSystem.precedes($0.stem, $1.stem) }
        unusable.subtract(places.keys)
    }

    /// Those whose names are meant. What cannot be used stays known, and is no issue of theirs.
    func filtered(_ isMeant: (String) -> Bool) -> NamedPictures {
        var result = self
        result.issues = []
        result.files = files.filter { isMeant($0.stem) }
        result.places = places.filter { isMeant($0.value.stem) }
        return result
    }

    /// How the masks among them are named after the pictures among them, where a word says which they are.
    var nameWithin: MaskName? {
        var counts: [MaskName: Int] = [:]
        for file in files {
            for name in MaskName.telling(of: file.stem) {
                guard let picture = name.picture(of: file.stem), self.file(of: picture) != nil else { continue }
                counts[name, default: 0] += 1
            }
        }
        // Names that look like masks of masks are none.
        return counts.max { ($0.value, $1.key.description) < ($1.value, $0.key.description) }?.key
    }
}
