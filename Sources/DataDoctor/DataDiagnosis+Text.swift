import Base
import Imaging
import Tasks
import TrainerSupport

extension DataDiagnosis {
    /// A page for people.
    public var text: String {
        let label = 10
        let lines = summary.map { "  " + $0 + String(repeating: " ", count: max(1, label - $0.count)) + $1 }
        let title = "data: \(settings.title)"
        return ([title] + lines + [""] + findings.map { $0.line() } + (findings.isEmpty ? [] : [""]) + [verdict])
            .joined(separator: "\n")
    }

    private var verdict: String {
        let counts = [
            Text.count(findings.count(of: .error), "error"), Text.count(findings.count(of: .warning), "warning"),
            Text.count(findings.count(of: .note), "note"),
        ].joined(separator: ", ")
        return isTrainable ? "A net can be trained on this: \(counts)." : "A net cannot be trained on this: \(counts)."
    }

    private var summary: [(String, String)] {
        guard layout != nil else { return [] }
        var lines = [("folders", folderText), ("pairs", pairText)]
        guard !survey.pairs.isEmpty else { return lines }
        lines.append(("pictures", pictureText))
        if survey.pairs.contains(where: { $0.facts.mask != nil }) {
            lines.append(("masks", drawn ?? Self.kinds(survey.pairs.compactMap(\.facts.mask?.kind))))
            lines.append(("values", valueText))
            if survey.task.labels == nil { lines.append(("look like", survey.reading.text)) }
            if let meaning = meaningText { lines.append(("meaning", meaning)) }
            if let balance = ClassBalance(survey) { lines.append(("cover", coverText(balance))) }
        }
        if let net {
            let shape = net.shape
            lines.append(
                (
                    "net",
                    "\(net.name): pictures \(Text.shape([shape.channels, shape.height, shape.width])), learns "
                        + shape.task.description
                ))
        } else {
            lines.append(("net", "not known (--graph FILE names it); the masks look like " + survey.task.description))
        }
        if !survey.training.isEmpty { lines.append(("split", splitText)) }
        if let balance = ClassBalance(survey), let line = lossLine {
            lines.append(("loss", line + (balance.isUneven ? "" : " (plain losses do as well)")))
        }
        return lines
    }

    private var folderText: String {
        (layout?.folders ?? []).map { folders in
            if let list = folders.list { return inside(list.path) + (list.part.map { " (\($0.rawValue))" } ?? "") }
            let names = [folders.pictures] + (folders.masks.map { [$0] } ?? [])
            return names.map { inside($0) + (FileSystem.isFolder($0) ? "/" : "") }.joined(separator: " with ")
        }.joined(separator: ", ")
    }

    /// A path relative to the data's folder.
    private func inside(_ path: String) -> String {
        guard let folder = settings.folder, path.utf8.starts(with: folder.utf8) else { return path }
        let rest = path.utf8.dropFirst(folder.utf8.count).drop { $0 == UInt8(ascii: "/") }
        return rest.isEmpty ? FileSystem.name(path) : String(Substring(rest))
    }

    private var pairText: String {
        let pictures = Text.count(pairings.reduce(0) { $0 + $1.pictureCount }, "picture")
        let left = survey.report.issues.count
        let rest = left == 0 ? "" : "; \(Text.count(left, "file is", "files are")) left out"
        guard layout?.folders.contains(where: { $0.masks != nil }) ?? false else {
            return "\(survey.pairs.count) of \(pictures) can be used" + rest
        }
        let masks = Text.count(pairings.reduce(0) { $0 + $1.maskCount }, "mask")
        let names = pairings.foundNames.map { ", masks named \($0.words)" }.joined()
        return "\(survey.pairs.count) of \(pictures) and \(masks) can be used" + names + rest
    }

    private var pictureText: String {
        let sizes = survey.pairs.map(\.facts.size)
        let shapes = sizes.map { Double($0.width) / Double(max(1, $0.height)) }
        let range = [shapes.min() ?? 1, shapes.max() ?? 1].map { Text.fixed($0, 2) }
        let shape = range[0] == range[1] ? range[0] : "\(range[0]) to \(range[1])"
        return "\(PictureSizes(sizes).text), width over height \(shape); \(Self.kinds(survey.pairs.map(\.facts.kind)))"
    }

    /// `598 RGB JPEG, 1 RGBA PNG`, the most frequent first.
    static func kinds(_ kinds: [PictureKind]) -> String {
        counted(kinds).map { "\($0.count) \($0.text)" }.joined(separator: ", ")
    }

    static func counted(_ kinds: [PictureKind]) -> [(text: String, count: Int)] {
        Dictionary(kinds.map { ($0.text, 1) }, uniquingKeysWith: +).map { (text: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.text) < ($0.count, $1.text) }
    }

    /// The most frequent values with their shares, in ascending order.
    private var valueText: String {
        let values = survey.maskValues
        let total = Double(max(1, values.pixelCount))
        let most = values.values.sorted { (values.count(of: $1), $0) < (values.count(of: $0), $1) }.prefix(12).sorted()
        let shown = most.map { "\(word($0)): \(Self.percent(Double(values.count(of: $0)) / total))" }
        let rest = values.values.count - most.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(Text.count(rest, "more value"))" : "")
    }

    /// A value; of labels that may overlap, their names.
    private func word(_ value: UInt8) -> String {
        guard survey.task.labels != nil else { return "\(value)" }
        let labels = LabelRange.numbers(of: value).map { number in
            names.flatMap { $0.names.indices.contains(number) ? $0.names[number] : nil } ?? "\(number)"
        }
        return labels.isEmpty ? "no label" : labels.joined(separator: " and ")
    }

    static func percent(_ share: Double) -> String {
        Text.fixed(100 * share, share > 0 && share < 0.001 ? 4 : share < 0.01 ? 2 : 1) + " %"
    }

    private var meaningText: String? {
        guard let map = survey.map, survey.task.labels == nil else { return nil }
        let source = settings.map != nil ? "as given" : layout?.map != nil ? "from the layout" : "from the values"
        return "--mask-map \(map) (\(source))"
    }

    private func coverText(_ balance: ClassBalance) -> String {
        guard let count = survey.task.partCount else {
            return "background \(Self.percent(balance.share(0))), object \(Self.percent(balance.share(1))) "
                + "of the training masks"
        }
        let shown = (0..<min(count, 24)).map { number in
            (names?.label(number) ?? "\(number)") + ": " + Self.percent(balance.share(number))
        }
        return shown.joined(separator: ", ") + (count > 24 ? " …" : "") + " of the training masks"
    }

    private var splitText: String {
        let counts = "\(survey.training.count) train, \(survey.testing.count) test"
        if layout?.isParted ?? false { return counts + " (the data comes parted)" }
        let how = settings.isSorted ? "sorted by name" : "drawn with seed \(seed)"
        let groups = survey.groups.map { "; " + $0.text } ?? ""
        return counts + " (--split \(settings.split), \(how))" + groups
    }
}
