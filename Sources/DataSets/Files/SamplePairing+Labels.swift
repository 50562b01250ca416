import Base
import Imaging
import Tasks
import TrainerSupport

extension SamplePairing {
    private static let groundWords: Set<String> = ["background", "_background_", "__background__", "bg"]
    private static let ignoredWords: Set<String> = ["__ignore__", "_ignore_", "ignore"]

    /// The labels of its annotations that mean something.
    fileprivate var labels: [String] {
        (annotations?.labels ?? []).filter {
            !Self.groundWords.contains($0.lowercased()) && !Self.ignoredWords.contains($0)
        }
    }

    /// Those of them that occur in its pairs.
    fileprivate var usedLabels: [String] {
        var used: Set<Int> = []
        for case .drawn(let mask)? in pairs.map(\.source) { used.formUnion(mask.shapes.map(\.label)) }
        let names = Set(used.sorted().compactMap { place in annotations?.labels[place] })
        return labels.filter(names.contains)
    }

    /// Gives labels their values: 1 and so on as they are listed; nothing is 0, and what is to be ignored `ClassRange.void`.
    fileprivate mutating func give(_ labels: [String]) throws {
        try checkLabels(labels)
        guard let annotations else { return }
        let values = annotations.labels.map { label -> UInt8 in
            if let place = labels.firstIndex(of: label) { return UInt8(place + 1) }
            return Self.ignoredWords.contains(label) ? ClassRange.void : 0
        }
        draw(values, overlaps: false)
    }

    private mutating func draw(_ values: [UInt8], overlaps: Bool) {
        for place in pairs.indices {
            guard case .drawn(var mask)? = pairs[place].source else { continue }
            (mask.values, mask.overlaps) = (values, overlaps)
            pairs[place].source = .drawn(mask)
        }
    }

    /// - Throws: `TrainerError` for an object of annotations that is called otherwise.
    private func checkLabels(_ labels: [String]) throws {
        guard let annotations else { return }
        let own = usedLabels
        if let label = own.first(where: { !labels.contains($0) }) {
            let file = pairs.first { pair in
                guard case .drawn(let mask)? = pair.source else { return false }
                return mask.shapes.contains { annotations.labels[$0.label] == label }
            }?.mask
            throw TrainerError(
                "\(file ?? ""): holds the label \"\(label)\", expected \(labels.joined(separator: ", "))",
                hint: "the labels are those of --mask-map, or of the data that the run was trained on")
        }
    }
}

extension SamplePairing {
    /// What files or annotations call labels that may overlap.
    fileprivate var overlappingLabels: [String] { labelFiles?.sortedLabels ?? labels }

    /// Gives labels that may overlap their bits.
    /// - Parameter channels: of each label; nil for what is left out.
    /// - Throws: `TrainerError` for a label that is none of them, and a picture without a file for one.
    fileprivate mutating func give(_ labels: [String], channels: [Int?], names: [String], _ rule: LabelRule) throws {
        try checkLabels(labels)
        func bit(_ label: String) -> UInt8 {
            labels.firstIndex { ExactText($0) == ExactText(label) }.flatMap { channels[$0] }.map(LabelRange.bit) ?? 0
        }
        draw((annotations?.labels ?? []).map(bit), overlaps: true)
        for place in pairs.indices {
            guard case .labels(var mask)? = pairs[place].source, case .files(var planes) = mask.content else {
                continue
            }
            for number in planes.indices { planes[number].bit = bit(planes[number].label) }
            let known = planes.reduce(0) { $0 | $1.bit }
            if !rule.isSparse, let missing = (0..<rule.range.count).first(where: { !LabelRange.has(known, $0) }) {
                throw Self.missing(names[missing], planes, pairs[place])
            }
            mask.content = .files(planes)
            pairs[place].source = .labels(mask)
        }
    }

    private static func missing(_ name: String, _ planes: [LabelPlanes.Plane], _ pair: SamplePair) -> TrainerError {
        let there = planes.map {
            FileSystem.join(FileSystem.name(FileSystem.parent($0.file)), FileSystem.name($0.file))
        }
        return TrainerError(
            "\(pair.picture): has no mask of the label \"\(name)\", beside \(Text.list(there, most: 8))",
            hint: "save an empty mask for it; or, if that is what a missing file means, say so with --sparse-labels")
    }
}

/// What labels come to, for masks of a data set.
package struct SettledLabels: Hashable, Sendable {
    /// What annotations or files call them: from value 1 on, or where they may overlap, in the order of the target's channels as
    /// far as no map says otherwise; nil where masks have no names.
    package var labels: [String]?
    /// What people call those that may overlap, in the order of the target's channels; empty for other tasks, and where nobody
    /// says it.
    package var names: [String] = []

    package init(labels: [String]? = nil, names: [String] = []) {
        self.labels = labels
        self.names = names
    }
}

extension [SamplePairing] {
    /// Settles what each label of annotations, or of files, is to a net, in all folders alike.
    ///
    /// - Parameters:
    ///   - given: the labels; nil for those that are found.
    ///   - map: which class or channel each of `given` is, from value 1 on; nil for what is usual.
    ///   - names: of classes or labels, if they have any.
    ///   - task: nil where no net is known.
    /// - Throws: `TrainerError` for labels that do not fit the net, and pictures that have no file for one.
    package mutating func settleLabels(
        _ given: [String]?, map: MaskMap?, names: [String], for task: TrainingTask?
    ) throws -> SettledLabels {
        guard let range = task?.labels else { return SettledLabels(labels: try settleValues(given, for: task)) }
        var labels = given ?? union(\.overlappingLabels)
        guard contains(where: { $0.annotations != nil || $0.labelFiles != nil }) else {
            try checkBands(range)
            return SettledLabels(names: names)
        }
        if given == nil, labels.count > Swift.max(range.count, names.count) { labels = used(labels) }
        let channels = try channels(of: labels, given == nil ? nil : map, names, range)
        var settled = SettledLabels(labels: labels, names: names)
        if names.isEmpty {
            let first = (0..<range.count).map { number in channels.firstIndex(of: number).map { labels[$0] } }
            settled.names = first.enumerated().map { $1 ?? "\($0)" }
        }
        for place in indices {
            guard let rule = self[place].labelRule else { continue }
            try self[place].give(labels, channels: channels, names: settled.names, rule)
        }
        // So that whoever knows them knows their order too.
        if map == nil || given == nil {
            settled.labels = labels.indices.sorted { (channels[$0] ?? .max, $0) < (channels[$1] ?? .max, $1) }
                .map { labels[$0] }
        }
        return settled
    }

    /// Those of annotations that occur, and those of files.
    private func used(_ labels: [String]) -> [String] {
        let used = Set(flatMap { $0.labelFiles?.sortedLabels ?? $0.usedLabels }.map(ExactText.init))
        return labels.filter { used.contains(ExactText($0)) }
    }

    /// The channel of each label.
    private func channels(
        of labels: [String], _ map: MaskMap?, _ names: [String], _ range: LabelRange
    ) throws -> [Int?] {
        if let map {
            return labels.indices.map { place in
                map[UInt8(place + 1)].flatMap { $0 == ClassRange.void ? nil : Int($0) }
            }
        }
        let places = labels.map { label in names.firstIndex { ExactText($0) == ExactText(label) } }
        if !names.isEmpty, !places.contains(nil) { return places }
        let isTold = !names.isEmpty && (names.count != labels.count || places.contains { $0 != nil })
        if labels.count == range.count, !isTold { return (0..<range.count).map { $0 } }
        let found = "the masks have \(Text.count(labels.count, "label")): \(Text.list(labels, most: 12))"
        guard names.isEmpty else {
            let odd = zip(labels, places).filter { $1 == nil }.map(\.0)
            throw TrainerError(
                "\(found); \(Text.list(odd, most: 4)) \(odd.count == 1 ? "is" : "are") none of \(Text.list(names, most: 8))",
                hint:
                    "say what they are, such as --mask-map \"\(names.map { "\($0)=\($0)" }.joined(separator: ",")),ignore=\(odd[0])\""
            )
        }
        throw TrainerError(
            "\(found); the net learns \(range.count) labels that overlap",
            hint: "name those that are meant, in the order of the target's channels, such as --classes "
                + labels.prefix(range.count).joined(separator: ",")
                + (labels.count == range.count ? "" : "; or compile the graph for \(labels.count)"))
    }

    /// - Throws: `TrainerError` where masks are single files that have no band for each label.
    private func checkBands(_ range: LabelRange) throws {
        guard let pair = lazy.flatMap(\.pairs).first, case .labels(let mask)? = pair.source,
            case .bands(let path, _) = mask.content,
            let info = try? PictureInfo(
                path: path, bands: range.count, options: LabelPlanes.wholeFile(DecodingOptions()))
        else { return }
        do {
            try LabelPlanes.check(info, path, range)
        } catch {
            throw TrainerError(
                "\(error)",
                hint: "a mask with one class a pixel is for a graph with a class map (target labels: classes[H, W])")
        }
    }

    /// Settles which value each label of annotations has, in all folders alike.
    ///
    /// - Parameters:
    ///   - given: the labels from value 1 on; nil for those of the annotations: all of them where the net has as many classes, else
    ///     those that occur.
    ///   - task: nil where no net is known.
    /// - Returns: the labels; nil where masks are pictures.
    /// - Throws: `TrainerError` for a label that is not given, and for more than 254.
    private mutating func settleValues(_ given: [String]?, for task: TrainingTask?) throws -> [String]? {
        guard contains(where: { $0.annotations != nil }) else { return nil }
        var labels = given ?? union(\.labels)
        if given == nil, let count = task?.classes?.count, labels.count > count { labels = union(\.usedLabels) }
        guard labels.count < Int(ClassRange.void) else {
            throw TrainerError("the annotations have \(labels.count) labels, expected at most 254")
        }
        for place in indices { try self[place].give(labels) }
        return labels
    }

    private func union(_ labels: (SamplePairing) -> [String]) -> [String] {
        var all: [String] = []
        for pairing in self {
            for label in labels(pairing) where !all.contains(label) { all.append(label) }
        }
        let hasOrder = contains { $0.annotations.map { $0.kind != .labelMe } ?? false }
        return hasOrder ? all : all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// `labels are files named NAME_nucleus, NAME_membrane`; nil for masks of other kinds.
    private var labelText: String? {
        guard let rule = lazy.compactMap(\.labelRule).first, !contains(where: { $0.annotations != nil }) else {
            return nil
        }
        guard let found = lazy.compactMap(\.labelFiles).first else {
            return "labels are the \(rule.range.count) bands of masks"
        }
        let all = found.sortedLabels
        guard !found.isInFolders else { return "labels are folders: " + Text.list(all.map { $0 + "/" }, most: 12) }
        return "labels are files named " + Text.list(all.map { "NAME_" + $0 }, most: 12)
    }

    /// `masks are drawn from LabelMe JSON: 1 is cat, 2 is dog`, or where labels may overlap, what files they are; nil where masks
    /// are pictures.
    package func drawnText(_ settled: SettledLabels) -> String? {
        if let labelText { return labelText }
        let labels = settled.labels
        guard let labels, let kind = lazy.compactMap({ $0.annotations?.kind }).first else { return nil }
        let isOverlapping = contains { $0.labelRule != nil }
        let shown = labels.prefix(12).enumerated().map { isOverlapping ? $1 : "\($0 + 1) is \($1)" }
            .joined(separator: ", ")
        let more = labels.count > 12 ? " and \(labels.count - 12) more" : ""
        let skipped = compactMap { $0.annotations?.skippedText }
        return (["masks are drawn from \(kind.rawValue): \(shown)\(more)"] + skipped).joined(separator: "; ")
    }
}
