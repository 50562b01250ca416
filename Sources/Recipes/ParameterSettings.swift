import Base
import Runtime
import TrainerSupport

/// What parameters of some names are trained with: rates of their own, or nothing at all.
package struct ParameterSettings: Hashable, Sendable {
    /// A learning rate for parameters of some names: `encoder.*=1e-4`.
    package struct Rate: Hashable, Sendable {
        package var pattern: NamePattern
        package var learningRate: Double

        package init(pattern: NamePattern, learningRate: Double) {
            self.pattern = pattern
            self.learningRate = learningRate
        }
    }

    /// Of several that match a name the last one counts.
    package var rates: [Rate] = []
    /// Parameters that no step changes.
    package var frozen: [NamePattern] = []
    /// Parameters that the trainer has been compiled without: it has no backward steps for them, no optimizer state, and
    /// normalises by their running moments.
    package var leftOut: [NamePattern] = []

    package init() {}

    /// As a net takes them.
    /// - Parameter learningRate: of all others.
    package func rates(beside learningRate: Double) -> [ParameterRate] {
        rates.map { ParameterRate(pattern: $0.pattern, factor: $0.learningRate / learningRate) }
            + frozen.map { ParameterRate(pattern: $0, factor: 0) }
    }

    /// - Parameters:
    ///   - names: of all parameters of a net.
    ///   - trained: of those that its steps change.
    /// - Throws: `TrainerError` for a pattern that matches none, and when nothing would be left to train.
    package func check(names: [String], trained: [String]) throws {
        for (flag, patterns) in [("--lr", rates.map(\.pattern)), ("--freeze", frozen)] {
            for pattern in patterns {
                guard let fault = pattern.fault(among: names) else { continue }
                throw TrainerError("\(flag) \(pattern): \(fault.message)", hint: fault.hint)
            }
        }
        if let fault = NamePattern.faultOfMoments(frozen, names) {
            throw TrainerError("--freeze \(fault.pattern): \(fault.message)", hint: fault.hint)
        }
        guard !frozen.isEmpty, trained.allSatisfy({ name in frozen.contains { $0.matches(name) } }) else { return }
        throw TrainerError(
            "\(frozen.freezeFlags): nothing would be left to train",
            hint: "leave a part of the net free, such as what makes its output")
    }

    /// - Parameters:
    ///   - other: patterns that a run's trainer was compiled without.
    ///   - names: of all parameters of the net.
    /// - Throws: `TrainerError` when this trainer was compiled without others.
    package func checkLeftOut(_ other: [NamePattern], names: [String]) throws {
        let isLeftOut = { (patterns: [NamePattern], name: String) in patterns.contains { $0.matches(name) } }
        guard let name = names.first(where: { isLeftOut(leftOut, $0) != isLeftOut(other, $0) }) else { return }
        let words = { (patterns: [NamePattern]) in
            patterns.isEmpty ? "without --freeze" : "with \(patterns.freezeFlags)"
        }
        throw TrainerError(
            "the run's trainer was compiled \(words(other)), this one \(words(leftOut)): parameter \"\(name)\" is "
                + "\(isLeftOut(other, name) ? "frozen there, and trained" : "trained there, and frozen") here",
            hint: "go on with the trainer of that run, compile the graph \(words(other)), or start a new run from its "
                + "weights: --init-from, and another --out")
    }
}

extension ParameterSettings: RecordPart {
    /// Only where there is something to say: runs without it leave the files they always left.
    package var metadata: [(String, String)] {
        let rates = self.rates.map { "\($0.pattern)=\($0.learningRate)" }.joined(separator: " ")
        let texts = { (patterns: [NamePattern]) in patterns.map(\.text).joined(separator: " ") }
        return [("lr_patterns", rates), ("freeze", texts(frozen)), ("compiled_freeze", texts(leftOut))]
            .filter { !$0.1.isEmpty }
    }

    package init(_ fields: RecordFields) throws {
        let text = try fields.value("lr_patterns", before: "")
        rates = try text.split(separator: " ").map { part in
            guard let rate = Rate(parsing: String(part)) else {
                throw fields.wrong("lr_patterns", String(part), "PATTERN=RATE")
            }
            return rate
        }
        let patterns = { (key: String) in
            try fields.value(key, before: "").split(separator: " ").map { NamePattern(String($0)) }
        }
        frozen = try patterns("freeze")
        leftOut = try patterns("compiled_freeze")
    }
}

extension ParameterSettings.Rate {
    /// Reads `encoder.*=1e-4`; nil for what is none.
    package init?(parsing text: String) {
        guard let sign = text.lastIndex(of: "="), let rate = Double(text[text.index(after: sign)...]), rate > 0,
            rate.isFinite, sign != text.startIndex, !text.contains(where: \.isWhitespace)
        else { return nil }
        self.init(pattern: NamePattern(String(text[..<sign])), learningRate: rate)
    }
}

extension [NamePattern] {
    /// The flags of a command that names them: `--freeze 'encoder.*' --freeze 'stem.*'`.
    package var freezeFlags: String { map { "--freeze '\($0)'" }.joined(separator: " ") }
}
