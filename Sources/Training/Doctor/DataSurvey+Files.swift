extension DataSurvey {
    /// Files that are left out, and why.
    var fileFindings: [Finding] {
        func files(_ kind: DataIssue.Kind) -> [DataIssue] { report.issues.filter { $0.kind == kind } }
        func finding(
            _ severity: Finding.Severity, _ code: Finding.Code, _ issues: [DataIssue], _ what: (String, String),
            _ advice: String
        ) -> Finding? {
            guard !issues.isEmpty else { return nil }
            return Finding(
                severity, code, "\(issues.count) \(issues.count == 1 ? what.0 : what.1)", advice: advice,
                files: issues.map { Self.short($0.file) })
        }
        let alone = files(.pictureAlone)
        let masksAlone = files(.maskAlone)
        let naming = NamePattern(pictures: alone.map(\.file), masks: masksAlone.map(\.file))?.advice
        let unusable = files(.unusable).map { issue in
            let file = Self.short(issue.file)
            return Finding(.warning, .unusable, "\(file) \(issue.reason)", files: [file])
        }
        return [
            finding(
                .warning, .pictureAlone, alone, ("picture has no mask", "pictures have no mask"),
                naming ?? "a mask has its picture's name before the extension; until then they are left out"),
            finding(
                .warning, .maskAlone, masksAlone, ("mask has no picture", "masks have no picture"),
                naming ?? "add the pictures or remove the masks; until then they are left out"),
            finding(
                .warning, .sameName, files(.sameName),
                ("file has the name of another", "files have the names of others"),
                "names before the extension must differ within a folder; remove or rename them"),
            finding(
                .note, .foreign, files(.foreign), ("file is no picture", "files are no pictures"),
                "remove what does not belong there"),
        ].compactMap { $0 } + Self.cut(unusable)
    }

    /// The first few one by one, the others together.
    private static func cut(_ findings: [Finding], after count: Int = 8) -> [Finding] {
        guard findings.count > count else { return findings }
        let rest = findings.dropFirst(count)
        return findings.prefix(count) + [
            Finding(
                .warning, .unusable, "\(rest.count) more files cannot be read", advice: "replace them or convert them",
                files: rest.flatMap(\.files))
        ]
    }
}

/// How masks that have no picture are named after pictures that have no mask.
struct NamePattern: Hashable, Sendable {
    /// What stands around the picture's name.
    var prefix: String
    var suffix: String
    /// True where the names differ in capitals only.
    var ignoresCase: Bool
    /// How many pictures it fits.
    var count: Int
    /// One of them.
    var picture: String
    var mask: String

    /// The pattern that fits most pictures, and at least half of them; nil where there is none.
    init?(pictures: [String], masks: [String]) {
        let stems = Set(masks.map(FileSystem.stem))
        let lower = Dictionary(masks.map { (FileSystem.stem($0).lowercased(), $0) }, uniquingKeysWith: { a, _ in a })
        var best: NamePattern?
        func consider(_ prefix: String, _ suffix: String, _ ignoresCase: Bool, _ picture: String, _ mask: String) {
            let count = pictures.count { path in
                let stem = FileSystem.stem(path)
                return ignoresCase ? lower[stem.lowercased()] != nil : stems.contains(prefix + stem + suffix)
            }
            if count > best?.count ?? 0 {
                best = NamePattern(prefix, suffix, ignoresCase, count, FileSystem.name(picture), FileSystem.name(mask))
            }
        }
        // A few pictures and the shortest affixes tell the pattern; trying all would take the square of their number.
        for picture in pictures.prefix(5) {
            let stem = FileSystem.stem(picture)
            if let mask = lower[stem.lowercased()] { consider("", "", true, picture, mask) }
            let around = masks.filter { mask in
                let name = FileSystem.stem(mask)
                return name.hasPrefix(stem) || name.hasSuffix(stem)
            }
            for mask in around.sorted(by: { $0.utf8.count < $1.utf8.count }).prefix(8) {
                let name = FileSystem.stem(mask)
                if name.hasPrefix(stem) {
                    consider("", String(name.dropFirst(stem.count)), false, picture, mask)
                } else {
                    consider(String(name.dropLast(stem.count)), "", false, picture, mask)
                }
            }
        }
        guard let best, best.count * 2 >= pictures.count else { return nil }
        self = best
    }

    private init(
        _ prefix: String, _ suffix: String, _ ignoresCase: Bool, _ count: Int, _ picture: String, _ mask: String
    ) {
        self.prefix = prefix
        self.suffix = suffix
        self.ignoresCase = ignoresCase
        self.count = count
        self.picture = picture
        self.mask = mask
    }

    /// What to do about it.
    var advice: String {
        let example = "\"\(picture)\" and \"\(mask)\""
        if ignoresCase { return "names differ in capitals (\(example)): make them equal" }
        let affix = suffix.isEmpty ? "begin with \"\(prefix)\"" : "end in \"\(suffix)\""
        return "names of masks \(affix) (\(example)): rename the masks, so that both are equal before the extension"
    }
}
