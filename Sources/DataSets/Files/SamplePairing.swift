import Base
import FileAccess
import Imaging
import TrainerSupport

/// A picture and its mask, by path.
package struct SamplePair: Hashable, Sendable {
    /// The common name without extension.
    package var stem: String
    package var picture: String
    /// nil for nets that learn the pictures themselves.
    package var source: MaskSource?
    /// What it must not be parted from, such as the patient, where a list says so.
    var group: String?

    /// The file that the mask comes from.
    package var mask: String? { source?.file }

    init(stem: String, picture: String, mask: MaskSource? = nil, group: String? = nil) {
        self.stem = stem
        self.picture = picture
        source = mask
        self.group = group
    }
}

/// Pairs the pictures of one folder with the masks of another, or of the same, by name.
package struct SamplePairing: Hashable, Sendable {
    /// In byte order of the stems.
    package var pairs: [SamplePair] = []
    var report = DataReport()
    /// Files that look like pictures, and like masks; folders inside that are not looked into.
    package var pictureCount = 0
    package var maskCount = 0
    package var subfolders: [String] = []
    /// How masks are named, where nobody said so and it was found out.
    package private(set) var foundName: MaskName?
    /// How the files of a picture are named that has one a channel; nil for whole files.
    package private(set) var channels: ChannelNames?
    /// What masks are drawn from; nil where they are pictures.
    private(set) var annotations: AnnotationSet?
    /// Of labels that may overlap: which there are, and what files call them; nil for other masks.
    private(set) var labelRule: LabelRule?
    private(set) var labelFiles: LabelSearch.Found?
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
        labelRule = folders.labels
        try pair(folders)
        guard let labelRule else { return }
        // Files that are alone with their pictures have a band for each label.
        for place in pairs.indices {
            guard case .file(let path)? = pairs[place].source else { continue }
            pairs[place].source = .labels(LabelPlanes(content: .bands(path, labelRule.range)))
        }
    }

    private mutating func pair(_ folders: DataFolders) throws {
        if let list = folders.list {
            take(list, needsMasks: folders.masks != nil)
            return
        }
        let folder = try PictureFolder(folders.pictures)
        channels = folders.channels
        guard let masks = folders.masks else {
            let pictures = NamedPictures(folder, channels: channels)
            take(pictures)
            pairs = pictures.files.map { SamplePair(stem: $0.stem, picture: $0.path) }
            if pairs.isEmpty { fault = Self.empty(pictures) }
            return
        }
        let isOne = Self.areOne(folders.pictures, masks)
        if let annotations = try Self.annotations(masks, folder, isTheirs: isOne, folders.maskName) {
            let pictures = NamedPictures(folder, channels: channels)
            take(pictures)
            pair(pictures, annotations, masks)
        } else if isOne {
            if try pairLabels(inOne: folder, folders) { return }
            try pair(inOne: folder, folders)
        } else {
            let maskFolder = try PictureFolder(masks)
            channels = channels ?? NamedPictures.numberedChannels(folder, masks: maskFolder)
            let pictures = NamedPictures(folder, channels: channels)
            take(pictures)
            if let labelRule, folders.maskName == nil,
                let found = try LabelSearch(pictures: pictures, rule: labelRule).found(in: maskFolder)
            {
                let used = Set(found.folders.map(ExactText.init))
                subfolders += maskFolder.subfolders.filter { !used.contains(ExactText($0)) }
                if found.isInFolders {
                    report.issues += maskFolder.issues
                    report.fileCount += maskFolder.fileCount
                }
                return pair(pictures, found, masks)
            }
            let masks = NamedPictures(maskFolder)
            report.fileCount += masks.folder.fileCount
            subfolders += masks.folder.subfolders
            pair(pictures, masks, folders.maskName)
            if let labelRule, folders.maskName == nil, pairs.isEmpty, !pictures.files.isEmpty {
                fault = Self.withoutLabels(pictures, masks, labelRule)
            }
        }
    }

    private mutating func take(_ pictures: NamedPictures) {
        report.issues = pictures.issues
        report.fileCount = pictures.folder.fileCount
        pictureCount = pictures.files.count
        subfolders = pictures.folder.subfolders
    }

    /// Pictures with the files of their labels.
    private mutating func pair(_ pictures: NamedPictures, _ found: LabelSearch.Found, _ place: String) {
        labelFiles = found
        maskCount = found.planes.values.reduce(0) { $0 + $1.count }
        report.fileCount += found.fileCount
        for picture in pictures.files {
            if let planes = found.planes[ExactText(picture.stem)] {
                let mask = MaskSource.labels(LabelPlanes(content: .files(planes)))
                pairs.append(SamplePair(stem: picture.stem, picture: picture.path, mask: mask))
            } else {
                report.issues.append(
                    DataIssue(
                        file: picture.path, reason: "has no mask of any label in \(place)", kind: .pictureAlone))
            }
        }
        report.issues += found.issues
        guard pairs.isEmpty else { return }
        let first = report.issues.first.map { "; the first fault is " + $0.text } ?? ""
        fault = TrainerError("no picture in \(pictures.folder.path) has masks of its labels in \(place)\(first)")
    }

    /// Pictures and the files of their labels in one folder, where it is known what the labels are called.
    /// - Returns: false where masks are not of that kind.
    /// - Throws: `TrainerError` where nothing tells masks from pictures.
    private mutating func pairLabels(inOne folder: PictureFolder, _ folders: DataFolders) throws -> Bool {
        guard let labelRule, folders.maskName == nil else { return false }
        let all = NamedPictures(folder)
        guard !labelRule.names.isEmpty else {
            guard all.nameWithin == nil else { return false }
            throw TrainerError(
                "\(folders.pictures): pictures and masks are in the same folder, and nothing tells which are which",
                hint: "name the labels, such as --classes nucleus,membrane, where masks are called NAME_nucleus and "
                    + "NAME_membrane; or put the masks into a folder of their own and name it with --masks")
        }
        let search = LabelSearch(pictures: all, rule: labelRule)
        let masks = all.filtered { search.parted($0) != nil }
        guard !masks.files.isEmpty else { return false }
        let pictures = all.filtered { search.parted($0) == nil }
        take(all)
        pictureCount = pictures.files.count
        var found = LabelSearch(pictures: pictures, rule: labelRule).byName(masks)
        // They are counted with the pictures.
        found.fileCount = 0
        pair(pictures, found, folders.masks ?? "")
        return true
    }

    /// - Parameter told: how masks are named, if somebody said so; else like their pictures, or as is found out.
    private mutating func pair(_ pictures: NamedPictures, _ masks: NamedPictures, _ told: MaskName?) {
        maskCount = masks.files.count
        var names = [told ?? .same]
        if told == nil {
            let alone = Matching(pictures, masks, names)
            let pattern = NamePattern(pictures: alone.pictures.map(\.path), masks: alone.masks.map(\.path))
            foundName = pattern?.certainName(pictures: pictures.files.count, masks: masks.files.count)
            if let foundName { names.append(foundName) }
        }
        let matching = Matching(pictures, masks, names)
        var sameFiles: [String] = []
        for (picture, mask) in matching.pairs {
            if Files.identity(of: picture.path) == Files.identity(of: mask) {
                sameFiles.append(mask)
                let reason = "is the same file as its picture, \(picture.path)"
                report.issues.append(DataIssue(file: mask, reason: reason, kind: .unusable))
            } else {
                pairs.append(SamplePair(stem: picture.stem, picture: picture.path, mask: .file(mask)))
            }
        }
        report(matching, pictures, masks)
        if pairs.isEmpty {
            fault =
                sameFiles.isEmpty
                ? Self.nothing(pictures, masks, told) : Self.onlyPictures(sameFiles, masks.folder.path)
        }
    }

    /// Names the files that stand alone.
    private mutating func report(_ matching: Matching, _ pictures: NamedPictures, _ masks: NamedPictures) {
        // Strings are equal here that only look so.
        let lookalikes = Dictionary(matching.masks.map { ($0.stem, $0.path) }, uniquingKeysWith: { first, _ in first })
        report.issues += matching.pictures.map { picture in
            var reason = "has no mask in \(masks.folder.path)"
            if let mask = lookalikes[picture.stem] { reason += ", where \(NamePattern.lookalike(mask))" }
            return DataIssue(file: picture.path, reason: reason, kind: .pictureAlone)
        }
        report.issues += masks.issues
        report.issues += matching.masks.map { mask in
            DataIssue(file: mask.path, reason: "has no picture in \(pictures.folder.path)", kind: .maskAlone)
        }
    }

    /// Pictures and masks of one folder, which names must tell apart.
    /// - Throws: `TrainerError` when they do not, so that each picture would be its own mask.
    private mutating func pair(inOne folder: PictureFolder, _ folders: DataFolders) throws {
        let all = NamedPictures(folder)
        take(all)
        guard let name = folders.maskName ?? all.nameWithin, !name.mask.isEmpty else {
            throw Self.undivided(folders.pictures, folders.masks ?? "")
        }
        if folders.maskName == nil { foundName = name }
        let pictures = all.filtered { name.mask.core(of: $0) == nil }
        let masks = all.filtered { name.mask.core(of: $0) != nil }
        pictureCount = pictures.files.count
        pair(pictures, masks, name)
    }

    /// nil where masks are pictures.
    private static func annotations(
        _ masks: String, _ folder: PictureFolder, isTheirs: Bool, _ name: MaskName?
    ) throws -> AnnotationSet? {
        guard name == nil else { return nil }
        let hasPictures =
            try isTheirs
            ? NamedPictures(folder).nameWithin != nil
            : FileSystem.isFolder(masks) && !PictureFolder(masks).pictures.isEmpty
        if hasPictures { return nil }
        return try AnnotationSet(at: masks, names: folder.pictures.map(\.stem), isTheirs: isTheirs)
    }

    private mutating func pair(_ pictures: NamedPictures, _ annotations: AnnotationSet, _ place: String) {
        // Files of annotations are no stray ones.
        let own = Set((annotations.masks.values.map(\.file) + annotations.faults.map(\.file)).map(ExactText.init))
        report.issues.removeAll { own.contains(ExactText($0.file)) }
        var left = annotations.masks
        for picture in pictures.files {
            if let mask = left.removeValue(forKey: ExactText(picture.stem)) {
                pairs.append(SamplePair(stem: picture.stem, picture: picture.path, mask: .drawn(mask)))
            } else if !annotations.faults.contains(where: { AnnotationSet.stem($0.file) == picture.stem }) {
                report.issues.append(
                    DataIssue(file: picture.path, reason: "has no annotations in \(place)", kind: .pictureAlone))
            }
        }
        report.issues += annotations.faults.map { DataIssue(file: $0.file, reason: $0.reason) }
        for (name, mask) in left.sorted(by: { FileSystem.precedes($0.key.text, $1.key.text) }) {
            report.issues.append(
                DataIssue(
                    file: mask.file, reason: "annotates \(name.text), which is not in \(pictures.folder.path)",
                    kind: .maskAlone))
        }
        self.annotations = annotations
        maskCount = annotations.masks.count
        self.annotations?.masks = [:]
        guard pairs.isEmpty else { return }
        let first = report.issues.first.map { "; the first fault is " + $0.text } ?? ""
        fault = TrainerError("no picture in \(pictures.folder.path) has annotations in \(place)\(first)")
    }

    /// The pairs of a list, each of which says where its files are.
    private mutating func take(_ list: PairList.Part, needsMasks: Bool) {
        pictureCount = list.rows.count
        maskCount = needsMasks ? list.rows.count : 0
        report.fileCount = pictureCount + maskCount
        for row in list.rows {
            let files = [row.picture] + (needsMasks ? [row.mask].compactMap { $0 } : [])
            let faults = files.compactMap { file in
                PictureFolder.fault(file).map { fault in
                    DataIssue(
                        file: file, reason: "\(fault.reason) (line \(row.line) of \(list.path))", kind: .unusable)
                }
            }
            if needsMasks && row.mask == nil {
                let reason = "has no mask (line \(row.line) of \(list.path))"
                report.issues.append(DataIssue(file: row.picture, reason: reason, kind: .pictureAlone))
            } else if faults.isEmpty {
                pairs.append(
                    SamplePair(
                        stem: row.name, picture: row.picture, mask: needsMasks ? row.mask.map { .file($0) } : nil,
                        group: row.group))
            } else {
                report.issues += faults
            }
        }
        pairs.sort { FileSystem.precedes($0.stem, $1.stem) }
        guard pairs.isEmpty else { return }
        let first = report.issues.first.map { "; the first fault is " + $0.text } ?? ""
        fault = TrainerError("\(list.path): no pair of it can be used\(first)")
    }
}

extension SamplePairing {
    /// Whether both are one folder.
    private static func areOne(_ pictures: String, _ masks: String) -> Bool {
        Files.identity(of: pictures).map { $0 == Files.identity(of: masks) } ?? false
    }

    private static func withoutLabels(
        _ pictures: NamedPictures, _ masks: NamedPictures, _ rule: LabelRule
    ) -> TrainerError {
        let picture = pictures.files.first?.stem ?? ""
        let label = rule.names.first ?? "nucleus"
        let there =
            masks.files.first.map { "the first one there is \(FileSystem.name($0.path))" }
            ?? masks.folder.picturesInside ?? "there is none"
        let named = rule.names.isEmpty ? "" : " called \(Text.list(rule.names, most: 8))"
        return TrainerError(
            "no picture in \(pictures.folder.path) has masks of \(rule.range.count) labels\(named) in "
                + "\(masks.folder.path): expected \(picture)_\(label).png, \(label)/\(picture).png, or \(picture) with "
                + "\(rule.range.count) bands; \(there)",
            hint: "--classes says what labels are called, in the order of the target's channels")
    }

    private static func undivided(_ pictures: String, _ masks: String) -> TrainerError {
        let names = ExactText(pictures) == ExactText(masks) ? pictures : "\(pictures) and \(masks)"
        return TrainerError(
            "\(names): pictures and masks are in the same folder, so that each picture would be its own mask",
            hint:
                "say how masks are named there, such as --mask-name \"{}_mask\", or put them into a folder of their own "
                + "and name it with --masks")
    }

    private static func onlyPictures(_ sameFiles: [String], _ folder: String) -> TrainerError {
        TrainerError(
            "\(folder): no mask in it, but links to the pictures: \(Text.list(sameFiles))",
            hint: "put the masks there under their pictures' names, or name their folder with --masks")
    }

    private static func empty(_ folder: NamedPictures) -> TrainerError {
        if let inside = folder.folder.picturesInside {
            return TrainerError(
                "\(folder.folder.path): expected picture files, found none; \(inside)",
                hint: "move them up, or name the folder that holds them with --images (and --masks)")
        }
        let issue = folder.issues.first.map { "; the first fault is " + $0.text } ?? ""
        return TrainerError("\(folder.folder.path): expected picture files, found none\(issue)")
    }

    private static func nothing(_ pictures: NamedPictures, _ masks: NamedPictures, _ told: MaskName?) -> TrainerError {
        guard let picture = pictures.files.first, let mask = masks.files.first else {
            return empty(pictures.files.isEmpty ? pictures : masks)
        }
        let first = "the first ones here are \"\(FileSystem.name(picture.path))\" and \"\(FileSystem.name(mask.path))\""
        if let told {
            return TrainerError(
                "no picture in \(pictures.folder.path) has a mask in \(masks.folder.path) that is named \(told.words)",
                hint: "--mask-name \"\(told)\" does not fit: " + first)
        }
        let naming = NamePattern(pictures: pictures.files.map(\.path), masks: masks.files.map(\.path))?.advice
        return TrainerError(
            "no picture in \(pictures.folder.path) has a mask of the same name in \(masks.folder.path)",
            hint: naming
                ?? "a picture and its mask need equal names before the extension, or --mask-name \"{}_mask\" says how "
                + "masks are named; " + first)
    }
}

/// Which mask belongs to which picture.
private struct Matching {
    private(set) var pairs: [(picture: PictureFolder.File, mask: String)] = []
    /// Those without a mask, and without a file that would be one if it could be read.
    private(set) var pictures: [PictureFolder.File] = []
    private(set) var masks: [PictureFolder.File] = []

    /// - Parameter names: how masks are named, the first that fits deciding.
    init(_ pictures: NamedPictures, _ masks: NamedPictures, _ names: [MaskName]) {
        var used: Set<ExactText> = []
        for picture in pictures.files {
            let stems = names.compactMap { $0.mask(of: picture.stem) }
            if let mask = stems.lazy.compactMap(masks.file).first {
                pairs.append((picture, mask.path))
                used.insert(ExactText(mask.stem))
            } else if !stems.contains(where: masks.isUnusable) {
                self.pictures.append(picture)
            }
        }
        self.masks = masks.files.filter { mask in
            !used.contains(ExactText(mask.stem))
                && !names.contains { $0.picture(of: mask.stem).map(pictures.isUnusable) ?? false }
        }
    }
}

extension [SamplePairing] {
    /// How masks are named, where that was found out; each way once.
    package var foundNames: [MaskName] {
        reduce(into: []) { names, pairing in
            if let name = pairing.foundName, !names.contains(name) { names.append(name) }
        }
    }
}
