import Base
import Imaging
import Tasks

/// What was found in the files of a data set, for people to check that it is what they meant.
package struct DataFindings: Hashable, Sendable {
    var sizes = PictureSizes([])
    /// Whether the data comes with its split.
    package var isParted = false
    /// What was kept whole when the samples were parted; nil without groups.
    package var groups: GroupFindings?
    /// What masks are drawn from; nil where they are pictures.
    var drawn: String?
    /// What classes are called by the labels of annotations; empty where they do not say it.
    package var classNames: [String] = []
    /// How masks are named, where that was found out.
    var maskNames: [MaskName] = []
    /// How the files of a picture are named that has one a channel; nil for whole files.
    var channels: ChannelNames?
    /// nil without masks.
    package var masks: MaskFindings?
    /// What the indices of palette masks mean; nil without such masks.
    package var palettes: PaletteRule?
    /// Which numbers of the pictures become 0 and 1.
    package var range = PictureRange.full
    /// What decoding a pair takes at most, of those that are read again in each epoch.
    var decodingBytes = 0
    /// The pairs of the samples, in their order.
    package var pairs: [SurveyedPair] = []

    /// What the sides of the median picture are multiplied by to be the net's, in the mean of both.
    package func typicalScale(_ shape: SampleShape) -> Double? {
        let scales = pairs.map { pair in
            let size = pair.facts.size
            return (Double(shape.width) / Double(size.width) + Double(shape.height) / Double(size.height)) / 2
        }.sorted()
        return scales.isEmpty ? nil : scales[scales.count / 2]
    }

    /// `pictures of 512x512; masks hold 0 and 255: 0 is background, 255 is object, 21.9 % of the pixels`.
    package var text: String {
        let files = channels.map { ["channels are files named \($0.words)"] } ?? []
        let names = files + maskNames.map { "masks are named \($0.words)" }
        let colours = palettes.flatMap { $0.isTold ? "of the masks' colours \($0.words)" : nil }
        return
            (["pictures of \(sizes.text)" + rangeText] + names
            + [drawn, colours, masks?.text, groups?.text].compactMap { $0 })
            .joined(separator: "; ")
    }

    /// `, 16 bits from 120 to 4095`; empty where pictures have 8 bits, all of which count.
    private var rangeText: String {
        SampleDepth.allCases.map { depth in
            guard pairs.contains(where: { $0.facts.depth == depth }) else { return "" }
            let span = range.span(depth)
            guard depth != .bytes || span != .bytes else { return "" }
            guard range.keepsDepth || depth == .floats else { return ", the upper 8 of 16 bits" }
            return ", \(depth.text) from \(span.ends)"
        }.joined()
    }
}

/// Which values masks hold and what they were taken for.
package struct MaskFindings: Hashable, Sendable {
    var values: MaskValues
    package var map: MaskMap
    var task: TrainingTask
    /// Of labels that may overlap; empty for other tasks.
    var names: [String] = []

    var text: String {
        if let range = task.labels { return labelText(range) }
        guard let range = task.classes else { return binaryText }
        let found = (0..<range.count).filter { map.values(of: UInt8($0)).contains(where: values.contains) }
        let classes = found.count == range.count ? "all" : "\(found.count) of the"
        let ignored = share(of: ClassRange.void)
        let left = ignored > 0 ? ", \(Text.fixed(100 * ignored, 1)) % of the pixels are ignored" : ""
        return "masks hold \(values.list): \(classes) \(range.count) classes\(left)"
    }

    /// Pixels that have a label.
    package func count(ofLabel number: Int) -> Int { values.count(ofLabel: number) }

    private func labelText(_ range: LabelRange) -> String {
        let total = Double(max(1, values.pixelCount))
        func percent(_ count: Int) -> String { Text.fixed(100 * Double(count) / total, 1) + " %" }
        let shares = (0..<range.count).map { number in
            "\(names.indices.contains(number) ? names[number] : "\(number)") \(percent(values.count(ofLabel: number)))"
        }
        let several = values.values.filter { $0.nonzeroBitCount > 1 }.reduce(0) { $0 + values.count(of: $1) }
        return "of the pixels \(shares.joined(separator: ", ")), \(percent(several)) of several labels"
    }

    private var binaryText: String {
        func list(_ number: UInt8) -> String {
            let found = map.values(of: number).filter(values.contains).map(String.init)
            return found.isEmpty ? "nothing" : found.joined(separator: " and ")
        }
        return "masks hold \(values.list): \(list(0)) is background, \(list(1)) is object, "
            + "\(Text.fixed(100 * share(of: 1), 1)) % of the pixels"
    }

    private func share(of number: UInt8) -> Double {
        let count = map.values(of: number).reduce(0) { $0 + values.count(of: $1) }
        return Double(count) / Double(max(1, values.pixelCount))
    }
}
