import Base

/// Looks for runs of statements that are the same but for names and numbers: modules of the net that the file was made of, whose
/// parameters' names begin alike.
///
/// Runs are whole pieces of the text, so that the compiler sees all nodes in the order they have without blocks.
struct BlockFinder {
    private let lines: [TextLine]
    /// By a statement's number.
    private var places: [Int: Int] = [:]
    /// The last line that reads a line's value; beyond all where an output or a loss does.
    private var lastReaders: [Int]
    /// Lines by their names.
    private var named: [ExactText: Int] = [:]
    /// Names of inputs, and of what the text declares besides.
    private let taken: Set<ExactText>
    private let reserved: Set<String>

    /// Lines of a module.
    private typealias Run = (name: String, lines: Range<Int>)
    private typealias Pattern = RepeatedBlock.Pattern
    private typealias Call = RepeatedBlock.Call

    /// - Parameters:
    ///   - lines: in the order of the text.
    ///   - results: statements that outputs or a loss ask for.
    ///   - taken: names of other statements.
    ///   - reserved: what no statement can be called.
    init(_ lines: [TextLine], results: Set<Int>, taken: [String], reserved: Set<String>) {
        self.lines = lines
        self.taken = Set(taken.map { ExactText($0) })
        self.reserved = reserved
        lastReaders = Array(repeating: -1, count: lines.count)
        for (place, line) in lines.enumerated() {
            places[line.statement] = place
            named[ExactText(line.name)] = place
            if results.contains(line.statement) { lastReaders[place] = .max }
            for case .operand(let operand) in line.tokens {
                guard let source = places[operand] else { continue }
                lastReaders[source] = max(lastReaders[source], place)
            }
        }
    }

    /// Patterns beyond that are not tried without.
    private static let mostTrials = 60

    /// Blocks that make the text shorter, whose calls do not overlap.
    ///
    /// Taken are those first that save the most, or that are called the most; then it is tried without each of them, which may leave
    /// room for several that save more together.
    func blocks() -> [RepeatedBlock] {
        let groups = candidates()
        let bySaving = groups.sorted { ($0.saving, $1.start) > ($1.saving, $0.start) }
        let byCalls = groups.sorted {
            ($0.calls.count, $0.saving, $1.start) > ($1.calls.count, $1.saving, $0.start)
        }
        let (many, large) = (improved(byCalls), improved(bySaving))
        return (total(large) > total(many) ? large : many).sorted { $0.start < $1.start }
    }

    private func improved(_ order: [RepeatedBlock]) -> [RepeatedBlock] {
        var groups = order
        var best = chosen(groups)
        var excluded = 0
        while excluded < min(groups.count, Self.mostTrials) {
            var others = groups
            others.remove(at: excluded)
            let found = chosen(others)
            if total(found) > total(best) {
                (best, groups, excluded) = (found, others, 0)
            } else {
                excluded += 1
            }
        }
        return best
    }

    private func total(_ blocks: [RepeatedBlock]) -> Int { blocks.reduce(0) { $0 + $1.saving } }

    private func chosen(_ groups: [RepeatedBlock]) -> [RepeatedBlock] {
        var isTaken = Array(repeating: false, count: lines.count)
        var result: [RepeatedBlock] = []
        for var group in groups {
            group.calls.removeAll { call in call.lines.contains { isTaken[$0] } }
            guard group.calls.count > 1, group.saving > 0 else { continue }
            for call in group.calls { for line in call.lines { isTaken[line] = true } }
            result.append(group)
        }
        return result
    }

    // MARK: Candidates

    /// Parts of names that are looked at: modules that lie deeper are those of a larger one.
    private static let mostParts = 12
    /// What a level of a net begins with; all else without parameters belongs to what lies before it.
    private static let beginnings: Set = [
        "upsample_nearest", "upsample_bilinear", "resize", "bed_of_nails", "max_unpool", "max_pool", "avg_pool",
        "concat",
    ]
    /// Two statements say by themselves what they do.
    private static let leastLines = 3
    /// Lines that a run may grow by on either side.
    private static let mostGrowth = 12

    /// All patterns that are there more than once, in the order of the text.
    private func candidates() -> [RepeatedBlock] {
        var spans: [ExactText: Range<Int>] = [:]
        var order: [String] = []
        for (place, line) in lines.enumerated() where line.isFixed {
            let parts = line.name.split(separator: ".")
            for count in 1..<min(max(parts.count, 1), Self.mostParts) + 1 {
                let prefix = parts.prefix(count).joined(separator: ".")
                if let span = spans[ExactText(prefix)] {
                    spans[ExactText(prefix)] = span.lowerBound..<place + 1
                } else {
                    spans[ExactText(prefix)] = place..<place + 1
                    order.append(prefix)
                }
            }
        }
        var groups: [Pattern: [Run]] = [:]
        var patterns: [Pattern] = []
        for prefix in order {
            guard let span = spans[ExactText(prefix)], let pattern = pattern(span, prefix)?.pattern else { continue }
            if groups[pattern] == nil { patterns.append(pattern) }
            groups[pattern, default: []].append((prefix, span))
        }
        return patterns.flatMap { pattern in
            let runs = apart(groups[pattern] ?? [])
            return ([runs] + parts(runs, isForwards: true) + parts(runs, isForwards: false)).compactMap { runs in
                runs.count > 1 ? grown(runs) : nil
            }
        }
    }

    /// The runs by what lies behind or before them, where that tells some of them from others.
    private func parts(_ runs: [Run], isForwards: Bool) -> [[Run]] {
        var parts: [Pattern?: [Run]] = [:]
        var order: [Pattern?] = []
        for run in runs {
            let key = step([run], isForwards)?.first.flatMap { pattern($0.lines, $0.name)?.pattern }
            if parts[key] == nil { order.append(key) }
            parts[key, default: []].append(run)
        }
        return order.count > 1 ? order.compactMap { $0 == nil ? nil : parts[$0] } : []
    }

    /// Those that do not overlap an earlier one.
    private func apart(_ runs: [Run]) -> [Run] {
        var result: [Run] = []
        for run in runs.sorted(by: { $0.lines.lowerBound < $1.lines.lowerBound })
        where result.last.map({ $0.lines.upperBound <= run.lines.lowerBound }) ?? true {
            result.append(run)
        }
        return result
    }

    /// The runs with what lies before and behind each of them alike: what has no parameters has no name that says where it belongs.
    private func grown(_ runs: [Run]) -> RepeatedBlock? {
        var current = runs
        var best = block(current)
        for isForwards in [true, false] {
            for _ in 0..<Self.mostGrowth {
                guard let next = step(current, isForwards), isAlike(next) else { break }
                current = next
                if let block = block(current) { best = block }
            }
            guard let best else { return nil }
            current = best.calls.map { ($0.name, $0.lines) }
        }
        return best
    }

    private func step(
        _ runs: [Run], _ isForwards: Bool
    ) -> [Run]? {
        var isInside = Array(repeating: false, count: lines.count)
        for run in runs { for line in run.lines { isInside[line] = true } }
        var result = runs
        for (place, run) in runs.enumerated() {
            let line = isForwards ? run.lines.upperBound : run.lines.lowerBound - 1
            guard lines.indices.contains(line), !isInside[line], !lines[line].isFixed, !lines[line].isOutput,
                isForwards != Self.beginnings.contains(lines[line].word)
            else { return nil }
            isInside[line] = true
            result[place].lines =
                isForwards ? run.lines.lowerBound..<line + 1 : line..<run.lines.upperBound
        }
        return result
    }

    private func isAlike(_ runs: [Run]) -> Bool {
        guard let first = runs.first, let expected = pattern(first.lines, first.name)?.pattern else { return false }
        return runs.dropFirst().allSatisfy { pattern($0.lines, $0.name)?.pattern == expected }
    }

    /// A block of the runs; nil where some make other than one value for the rest of the net, or their names are taken.
    private func block(_ runs: [Run]) -> RepeatedBlock? {
        var calls: [Call] = []
        var shared: Pattern?
        for run in runs {
            guard hasOneResult(run.lines), isFree(run.name, run.lines),
                let (pattern, call) = pattern(run.lines, run.name)
            else { return nil }
            shared = pattern
            calls.append(call)
        }
        guard let shared, shared.names.count >= Self.leastLines else { return nil }
        return RepeatedBlock(pattern: shared, calls: calls)
    }

    private func hasOneResult(_ run: Range<Int>) -> Bool {
        run.dropLast().allSatisfy { lastReaders[$0] < run.upperBound && lastReaders[$0] >= 0 }
    }

    /// Whether a call can have the name: what is called so outside of it has to have another one.
    private func isFree(_ name: String, _ run: Range<Int>) -> Bool {
        guard !taken.contains(ExactText(name)), !reserved.contains(name) else { return false }
        return named[ExactText(name)].map { run.contains($0) || !lines[$0].isFixed && !lines[$0].isOutput } ?? true
    }

    // MARK: Patterns

    /// What a run looks like, seen from the name of its module; nil where it holds what is of none.
    private func pattern(_ run: Range<Int>, _ prefix: String) -> (pattern: Pattern, call: Call)? {
        var pattern = Pattern()
        var call = Call(name: prefix, lines: run, maps: [], numbers: [])
        for place in run {
            let line = lines[place]
            guard !line.isOutput, let name = localName(line, prefix) else { return nil }
            if name == .fixed("") && place != run.upperBound - 1 { return nil }
            pattern.names.append(name)
            pattern.expressions.append(line.tokens.map { token(of: $0, &call) })
        }
        return (pattern, call)
    }

    private func localName(_ line: TextLine, _ prefix: String) -> Pattern.Name? {
        guard line.isFixed else { return .free }
        if line.name == prefix { return .fixed("") }
        guard line.name.hasPrefix(prefix + ".") else { return nil }
        let rest = String(line.name.dropFirst(prefix.count + 1))
        return reserved.contains(rest) ? nil : .fixed(rest)
    }

    private func token(of token: TextLine.Token, _ call: inout Call) -> Pattern.Token {
        switch token {
        case .text(let text): return .text(text)
        case .number(let number):
            call.numbers.append(number)
            return .number
        case .operand(let statement):
            if let place = places[statement], call.lines.contains(place) { return .line(place - call.lines.lowerBound) }
            if let place = call.maps.firstIndex(of: statement) { return .map(place) }
            call.maps.append(statement)
            return .map(call.maps.count - 1)
        }
    }
}
