import Base

/// The name and shape of a tensor, of a file's or of one that a net wants.
public struct TensorDescription: Hashable, Sendable {
    public var name: String
    public var shape: [Int]

    public init(name: String, shape: [Int]) {
        self.name = name
        self.shape = shape
    }

    var text: String { "\(name) \(Text.shape(shape))" }
}

/// Which tensors of a file become which parameters of a net, and which of them fit.
///
/// A pure function of both lists. Two parameters need not have the file's shape: the first convolution may read another number
/// of channels, and what makes the output may make another number of classes.
public struct Matching: Hashable, Sendable {
    /// How tensors are found.
    public enum Method: Hashable, Sendable {
        /// By their names, as the rules change them.
        case names(NameRules)
        /// By their order: the longest sequence of both whose shapes and last names (`weight`, `running_mean`) are equal.
        case order
    }

    public enum Outcome: Hashable, Sendable {
        case loaded
        /// Of the first convolution: channels repeated or left out.
        case adapted
        /// Of the last one: another number of classes, which is learnt anew.
        case head
        case unfit
        /// Not in the file; the name there that is nearest.
        case missing(nearest: TensorDescription?)
    }

    public struct Row: Hashable, Sendable {
        public var wanted: TensorDescription
        /// In the file; nil where it is not.
        public var source: TensorDescription?
        public var outcome: Outcome

        /// Whether the file's values are used.
        public var isTaken: Bool { outcome == .loaded || outcome == .adapted }
        /// Whether somebody has to agree that it starts anew.
        public var isFault: Bool {
            switch outcome {
            case .unfit, .missing: true
            case .loaded, .adapted, .head: false
            }
        }
    }

    /// In the order of the net.
    public private(set) var rows: [Row] = []
    /// What the file has besides, in its order; not those that a net has no use for, such as counters of batches.
    public private(set) var unused: [TensorDescription] = []

    /// - Parameters:
    ///   - sources: in the order of the file.
    ///   - wanted: in the order of the net, with the parameters of its first layers first.
    /// - Throws: `TensorFileError` for rules that match nothing, or two tensors of a name.
    public init(_ sources: [TensorDescription], _ wanted: [TensorDescription], by method: Method) throws {
        let sources = sources.filter { !$0.name.hasSuffix("num_batches_tracked") }
        let found: [Int?] =
            switch method {
            case .names(let rules): try Self.byName(sources, wanted, rules)
            case .order: try Self.byOrder(sources, wanted)
            }
        let first = wanted.firstIndex { $0.shape.count == 4 }
        let head = wanted.last { $0.shape.count > 1 }.map { Self.stem($0.name) }
        for (place, parameter) in wanted.enumerated() {
            let source = found[place].map { sources[$0] }
            let outcome: Outcome =
                if let source {
                    Self.outcome(source, parameter, isFirst: place == first, isHead: Self.stem(parameter.name) == head)
                } else {
                    .missing(nearest: Self.nearest(parameter.name, sources))
                }
            rows.append(Row(wanted: parameter, source: source, outcome: outcome))
        }
        let used = Set(found.compactMap { $0 })
        unused = sources.indices.filter { !used.contains($0) }.map { sources[$0] }
    }

    private static func outcome(
        _ source: TensorDescription, _ wanted: TensorDescription, isFirst: Bool, isHead: Bool
    ) -> Outcome {
        if source.shape == wanted.shape { return .loaded }
        guard source.shape.count == wanted.shape.count else { return .unfit }
        let others = source.shape.indices.filter { source.shape[$0] != wanted.shape[$0] }
        if isFirst, others == [1], !source.shape.contains(0) { return .adapted }
        return isHead && others == [0] ? .head : .unfit
    }

    // MARK: By name

    private static func byName(
        _ sources: [TensorDescription], _ wanted: [TensorDescription], _ rules: NameRules
    ) throws -> [Int?] {
        let names = Set(wanted.map { ExactText($0.name) })
        // What wraps the whole net, such as `module.`, is no part of the names.
        let prefixes = wrappers(sources.map(\.name))
        func known(_ prefix: String) -> Int {
            sources.count {
                $0.name.hasPrefix(prefix) && names.contains(ExactText(rules.renamed(dropping(prefix, $0.name))))
            }
        }
        let counts = prefixes.map(known)
        let prefix = zip(prefixes, counts).first { $0.1 == counts.max() }?.0 ?? ""
        for rule in rules.rules where !sources.contains(where: { rules.rule(for: dropping(prefix, $0.name)) == rule }) {
            let fault = NamePattern(rule.from).fault(among: sources.map { dropping(prefix, $0.name) }, "tensor")
            throw TensorFileError(
                fault?.message ?? "no tensor is left for the rule \"\(rule.from)=\(rule.to)\": another one takes them",
                hint: fault?.hint)
        }
        var places: [ExactText: Int] = [:]
        for (place, source) in sources.enumerated() {
            let name = rules.renamed(dropping(prefix, source.name))
            if let other = places.updateValue(place, forKey: ExactText(name)), names.contains(ExactText(name)) {
                throw TensorFileError(
                    "\"\(sources[other].name)\" and \"\(source.name)\" would both be \"\(name)\"",
                    hint: "give one of them another name with --map")
            }
        }
        return wanted.map { places[ExactText($0.name)] }
    }

    private static func dropping(_ prefix: String, _ name: String) -> String {
        name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    /// The name in the file that somebody may have meant.
    private static func nearest(_ name: String, _ sources: [TensorDescription]) -> TensorDescription? {
        guard let near = nearMiss(name, among: sources.map(\.name)) else { return nil }
        return sources.first { $0.name == near }
    }

    // MARK: By order

    /// Parameters times tensors, of which there are thousands in the largest nets.
    private static let mostPairs = 1 << 26

    /// The longest common subsequence, from the beginning; of equally long ones that which leaves out the file's last tensors.
    private static func byOrder(_ sources: [TensorDescription], _ wanted: [TensorDescription]) throws -> [Int?] {
        guard (sources.count + 1).multipliedReportingOverflow(by: wanted.count + 1).partialValue <= mostPairs else {
            throw TensorFileError(
                "\(sources.count) tensors are too many to be told apart by their order from \(wanted.count) parameters",
                hint: "match them by their names")
        }
        let first = wanted.firstIndex { $0.shape.count == 4 }
        let (wantedLasts, sourceLasts) = (wanted.map { last($0.name) }, sources.map { last($0.name) })
        func fits(_ place: Int, _ source: Int) -> Bool {
            guard wantedLasts[place] == sourceLasts[source] else { return false }
            let (a, b) = (wanted[place], sources[source])
            return a.shape == b.shape || place == first && outcome(b, a, isFirst: true, isHead: false) == .adapted
        }
        // Lengths of what is left, from each place of both to their ends.
        var rest = [[Int32]](repeating: [Int32](repeating: 0, count: sources.count + 1), count: wanted.count + 1)
        for place in wanted.indices.reversed() {
            for source in sources.indices.reversed() {
                rest[place][source] =
                    fits(place, source)
                    ? rest[place + 1][source + 1] + 1 : max(rest[place + 1][source], rest[place][source + 1])
            }
        }
        var found = [Int?](repeating: nil, count: wanted.count)
        var (place, source) = (0, 0)
        while place < wanted.count, source < sources.count {
            if fits(place, source) {
                found[place] = source
                (place, source) = (place + 1, source + 1)
            } else if rest[place + 1][source] >= rest[place][source + 1] {
                place += 1
            } else {
                source += 1
            }
        }
        return found
    }

    private static func last(_ name: String) -> Substring { name.split(separator: ".").last ?? "" }

    /// A parameter's name without its last part: that of its layer.
    private static func stem(_ name: String) -> Substring {
        name.lastIndex(of: ".").map { name[..<$0] } ?? ""
    }
}
