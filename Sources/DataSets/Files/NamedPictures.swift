import Base
import FileAccess
import Imaging
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

    /// - Parameter channels: how the files of a picture are named that has one a channel: the first stands for it, under the
    ///   name that all have in common.
    init(_ folder: PictureFolder, channels: ChannelNames? = nil) {
        self.folder = folder
        issues = folder.issues
        unusable = Set(issues.map { ExactText(FileSystem.stem($0.file)) })
        for file in channels.map({ Self.firsts(of: folder, $0, &issues) }) ?? folder.pictures {
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

    /// The files of first channels, whose stems become the pictures'. What is named otherwise, or has no file for another
    /// channel, is an issue.
    private static func firsts(
        of folder: PictureFolder, _ names: ChannelNames, _ issues: inout [DataIssue]
    ) -> [PictureFolder.File] {
        let there = Set(folder.pictures.map { ExactText($0.path) })
        return folder.pictures.compactMap { file in
            let name = FileSystem.name(file.path)
            guard let core = names.core(of: name, channel: 0), let files = names.files(of: file.path) else {
                if names.channels.indices.allSatisfy({ names.core(of: name, channel: $0) == nil }) {
                    let reason = "is named otherwise than the channels: \(names.words)"
                    issues.append(DataIssue(file: file.path, reason: reason, kind: .unusable))
                }
                return nil
            }
            if let missing = files.first(where: { !there.contains(ExactText($0)) }) {
                let reason = "has no \(FileSystem.name(missing)) beside it, which would be another of its channels"
                issues.append(DataIssue(file: file.path, reason: reason, kind: .unusable))
                return nil
            }
            var result = file
            result.stem = core
            return result
        }
    }

    /// The channels of nnU-Net, where all files are named so and masks have the names that are common to them: files of a
    /// film are numbered as well.
    static func numberedChannels(_ pictures: PictureFolder, masks: PictureFolder) -> ChannelNames? {
        let masks = Set(masks.pictures.map { ExactText($0.stem) })
        var count = 0
        for file in pictures.pictures {
            let bytes = Array(file.stem.utf8)
            let digits = bytes.suffix(4)
            guard bytes.count > 5, bytes[bytes.count - 5] == UInt8(ascii: "_"),
                digits.allSatisfy({ (0x30...0x39).contains($0) }), !masks.contains(ExactText(file.stem)),
                let core = String(file.stem.utf8.dropLast(5)), masks.contains(ExactText(core))
            else { return nil }
            count = max(count, digits.reduce(0) { $0 * 10 + Int($1) - 0x30 } + 1)
        }
        return count > 0 && count <= PictureInfo.maximumBands ? ChannelNames(numbered: count) : nil
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
