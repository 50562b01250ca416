import Base
import DataSets

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
                .warning, .unusable, "\(Text.count(rest.count, "more file")) cannot be used",
                advice: "replace them or convert them",
                files: rest.flatMap(\.files))
        ]
    }
}
