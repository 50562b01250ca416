import Base
import DataSets
import Imaging
import Tasks

extension DataSurvey {
    private typealias Masked = (index: Int, size: PictureSize, mask: MaskFacts)

    private var masked: [Masked] {
        pairs.enumerated().compactMap { index, pair in pair.facts.mask.map { (index, pair.facts.size, $0) } }
    }

    /// What all masks hold together.
    var maskValues: MaskValues { masked.reduce(into: MaskValues()) { $0.formUnion($1.mask.values) } }

    /// What that looks like.
    var reading: MaskReading {
        let kinds = masked.map(\.mask.kind)
        return MaskReading(
            maskValues, isLossy: kinds.contains { $0.format == .jpeg },
            isScaled: !kinds.isEmpty && kinds.allSatisfy { $0.layout == .gray && (2...4).contains($0.bits) })
    }

    /// The pairs whose masks hold values outside the map; without one, outside what is usual for the task.
    func oddMasks(_ map: MaskMap?) -> [Int] {
        let usual: [MaskMap] =
            if let map { [map] } else if let range = task.classes { [MaskMap(range)] } else {
                [UInt8(1), 255].map { MaskMap(background: [0], object: [$0]) }
            }
        return indices { facts in
            guard let mask = facts.mask else { return false }
            return !usual.contains { map in mask.values.values.allSatisfy { map[$0] != nil } }
        }
    }

    /// What is odd about the masks' files.
    var maskFindings: [Finding] { encodingFindings + shapeFindings + contentFindings }

    private func finding(
        _ severity: Finding.Severity, _ code: Finding.Code, _ found: [Masked], _ what: (one: String, many: String),
        _ advice: String
    ) -> [Finding] {
        guard !found.isEmpty else { return [] }
        let text = "\(found.count) \(found.count == 1 ? what.one : what.many)"
        let indices = found.map(\.index)
        return [Finding(severity, code, text, advice: advice, files: masks(indices), pairs: indices)]
    }

    private var encodingFindings: [Finding] {
        let alpha = masked.filter { $0.mask.kind.layout.hasAlpha && $0.mask.values.values.count == 1 }
        let deep = masked.filter(\.mask.losesDigits)
        var findings = jpegFindings
        if case .scaled(let step) = reading {
            let map = maskValues.values.map { "\($0 / step)=\($0)" }.joined(separator: ",")
            findings.append(
                Finding(
                    .warning, .scaledMasks,
                    "class numbers in PNG files of few bits a pixel are read times \(step), as other programs do",
                    advice: "say so with --mask-map \(map), or save the masks with 8 bits"))
        }
        findings += paletteFindings
        findings += finding(
            .warning, .deepMasks, deep,
            (
                "mask has numbers above 255, of which only the high byte is read",
                "masks have numbers above 255, of which only the high byte is read"
            ), "save class numbers with 8 bits")
        findings += finding(
            .warning, .alphaMasks, alpha,
            (
                "mask has one value everywhere beside an alpha channel, which is not read",
                "masks have one value everywhere beside an alpha channel, which is not read"
            ), "save the object as gray values")
        return findings
    }

    private var paletteFindings: [Finding] {
        guard let palettes, !palettes.isTold else { return [] }
        let changed = masked.filter { $0.mask.table != nil }
        let all = masked.count { !$0.mask.palette.isEmpty }
        let which = changed.count == all ? "" : " of \(all)"
        let what = changed.count == all ? "what they show" : "the others"
        return finding(
            .note, .palettes, changed,
            (
                "mask\(which) numbers its palette's colours otherwise than \(what)",
                "masks\(which) number their palette's colours otherwise than \(what)"
            ),
            "so colours decide: \(palettes.words)")
    }

    private var jpegFindings: [Finding] {
        let lossy = masked.filter { $0.mask.kind.format == .jpeg }
        guard !lossy.isEmpty else { return [] }
        let values = lossy.reduce(into: MaskValues()) { $0.formUnion($1.mask.values) }
        var off = ""
        if case .smeared(let low, let high) = MaskReading(values, isLossy: true) {
            let count = values.pixelCount - values.count(of: low) - values.count(of: high)
            let share = Text.fixed(100 * Double(count) / Double(max(1, values.pixelCount)), 1)
            off = ": \(Text.grouped(count)) pixels (\(share) %) are neither \(low) nor \(high)"
        }
        return finding(
            .warning, .jpegMasks, lossy,
            (
                "mask is a JPEG, whose compression changes values" + off,
                "masks are JPEGs, whose compression changes values" + off
            ),
            "save masks as PNG")
    }

    private var shapeFindings: [Finding] {
        func differs(_ one: Masked) -> Bool { one.mask.size != one.size }
        func isOtherShape(_ one: Masked) -> Bool {
            let (picture, mask) = (one.size, one.mask.size)
            let (a, b) = (Double(picture.width * mask.height), Double(mask.width * picture.height))
            // A pixel more or less is rounding.
            let slack = Double(max(picture.width, picture.height, mask.width, mask.height)) * 1.5
            return abs(a - b) > max(slack, 0.01 * max(a, b))
        }
        func isTurned(_ one: Masked) -> Bool {
            let (picture, mask) = (one.size, one.mask.size)
            return picture.width == mask.height && picture.height == mask.width
        }
        let others = masked.filter { differs($0) && isOtherShape($0) }
        let turned = others.filter(isTurned)
        let sized = masked.filter { differs($0) && !isOtherShape($0) }
        return finding(
            .warning, .maskShape, turned, ("mask lies across its picture", "masks lie across their pictures"),
            "if the masks are right, the pictures' pixels have to be turned; or the mask's")
            + finding(
                .warning, .maskShape, others.filter { !isTurned($0) },
                ("mask has another shape than its picture", "masks have other shapes than their pictures"),
                "one of each pair would be distorted against the other: cut or pad them to the same shape")
            + finding(
                .note, .maskSize, sized,
                ("mask has another size than its picture", "masks have other sizes than their pictures"),
                "both are resized, which is fine")
    }

    private var contentFindings: [Finding] {
        guard let map else { return [] }
        switch task {
        case .mask: return objectFindings(map)
        case .classes:
            let plain = masked.filter { $0.mask.values.values.count == 1 }
            return finding(
                plain.count * 2 > masked.count ? .warning : .note, .emptyMasks, plain,
                ("mask has one value everywhere", "masks have one value everywhere"),
                "look whether they are complete")
        case .labels:
            let empty = masked.filter { $0.mask.values.count(of: 0) == $0.mask.values.pixelCount }
            return finding(
                empty.count * 2 > masked.count ? .warning : .note, .emptyMasks, empty,
                ("picture has no label anywhere", "pictures have no label anywhere"),
                "look whether there is nothing on them")
        case .reconstruction: return []
        }
    }

    private func objectFindings(_ map: MaskMap) -> [Finding] {
        let empty = masked.filter { $0.mask.count(of: 1, map) == 0 }
        let full = masked.filter { $0.mask.count(of: 0, map) == 0 }
        let share = objectShare(map)
        var findings = finding(
            empty.count * 2 > masked.count ? .warning : .note, .emptyMasks, empty,
            ("mask has no object", "masks have no object"), "look whether the pictures have none")
        findings += finding(
            .warning, .fullMasks, full, ("mask is object everywhere", "masks are object everywhere"),
            "look whether they are complete")
        if share > 0.9 {
            let inverse = MaskMap(background: map.values(of: 1), object: map.values(of: 0))
            findings.append(
                Finding(
                    .warning, .inverted, "object covers \(Text.fixed(100 * share, 1)) % of the pixels",
                    advice: "if object and background have changed places, give --mask-map \(inverse)"))
        }
        return findings
    }

    private func objectShare(_ map: MaskMap) -> Double {
        let object = masked.reduce(0) { $0 + $1.mask.count(of: 1, map) }
        return Double(object) / Double(max(1, masked.reduce(0) { $0 + $1.mask.values.pixelCount }))
    }
}
