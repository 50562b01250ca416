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
        let values = annotations.labels.map { label -> UInt8 in
            if let place = labels.firstIndex(of: label) { return UInt8(place + 1) }
            return Self.ignoredWords.contains(label) ? ClassRange.void : 0
        }
        for place in pairs.indices {
            guard case .drawn(var mask)? = pairs[place].source else { continue }
            mask.values = values
            pairs[place].source = .drawn(mask)
        }
    }
}

extension [SamplePairing] {
    /// Settles which value each label of annotations has, in all folders alike.
    ///
    /// - Parameters:
    ///   - given: the labels from value 1 on; nil for those of the annotations: all of them where the net has as many classes, else
    ///     those that occur.
    ///   - task: nil where no net is known.
    /// - Returns: the labels; nil where masks are pictures.
    /// - Throws: `TrainerError` for a label that is not given, and for more than 254.
    package mutating func settleLabels(_ given: [String]?, for task: TrainingTask?) throws -> [String]? {
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

    /// `masks are drawn from LabelMe JSON: 1 is cat, 2 is dog`; nil where they are pictures.
    package func drawnText(_ labels: [String]?) -> String? {
        guard let labels, let kind = lazy.compactMap({ $0.annotations?.kind }).first else { return nil }
        let shown = labels.prefix(12).enumerated().map { "\($0 + 1) is \($1)" }.joined(separator: ", ")
        let more = labels.count > 12 ? " and \(labels.count - 12) more" : ""
        let skipped = compactMap { $0.annotations?.skippedText }
        return (["masks are drawn from \(kind.rawValue): \(shown)\(more)"] + skipped).joined(separator: "; ")
    }
}
