import Base
import TrainerSupport

/// How the learning rate goes from step to step; `--lr` is the largest it becomes.
package enum Schedule: Hashable, Sendable {
    case constant
    /// Half a cosine, down to `final` times the rate.
    case cosine(final: Double)
    /// `(1 - t)^power` for t from 0 to 1.
    case polynomial(power: Double)
    case oneCycle(OneCycle)
    /// Times `factor` after every so many epochs.
    case step(every: Double, factor: Double)
    case plateau(PlateauRule)
}

/// A number that a schedule takes.
private struct ScheduleArgument: Sendable {
    var key: String
    var initial: Double
    var range: ClosedRange<Double>
    var expected: String

    static func positive(_ key: String, _ initial: Double) -> ScheduleArgument {
        ScheduleArgument(
            key: key, initial: initial, range: Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude,
            expected: "a number above 0")
    }

    static func fraction(_ key: String, _ initial: Double) -> ScheduleArgument {
        ScheduleArgument(key: key, initial: initial, range: 0...1, expected: "a number from 0 to 1")
    }

    /// Numbers of epochs are counted; more than these nobody trains.
    static func epochs(_ key: String, _ initial: Double) -> ScheduleArgument {
        ScheduleArgument(
            key: key, initial: initial, range: 0...Double(TrainingSettings.mostEpochs),
            expected: "a number from 0 to \(TrainingSettings.mostEpochs)")
    }

    static func from(_ lowest: Double, _ key: String, _ initial: Double) -> ScheduleArgument {
        ScheduleArgument(
            key: key, initial: initial, range: lowest...Double.greatestFiniteMagnitude,
            expected: "a number from \(Text.plain(lowest))")
    }
}

/// How a schedule is written: `step:every=10,factor=0.5`.
private struct ScheduleForm: Sendable {
    var name: String
    var arguments: [ScheduleArgument]
    var make: @Sendable ([Double]) -> Schedule

    static let all: [ScheduleForm] = [
        ScheduleForm(name: "constant", arguments: []) { _ in .constant },
        ScheduleForm(name: "cosine", arguments: [.fraction("final", 0)]) { .cosine(final: $0[0]) },
        ScheduleForm(name: "polynomial", arguments: [.positive("power", 0.9)]) { .polynomial(power: $0[0]) },
        ScheduleForm(
            name: "one-cycle",
            arguments: [
                .fraction("start", 0.3), .positive("div", 25), .positive("final_div", 1e4),
                .fraction("min_momentum", 0.85), .fraction("max_momentum", 0.95),
            ]
        ) {
            .oneCycle(
                OneCycle(start: $0[0], division: $0[1], finalDivision: $0[2], lowMomentum: $0[3], highMomentum: $0[4]))
        },
        ScheduleForm(name: "step", arguments: [.positive("every", 10), .fraction("factor", 0.1)]) {
            .step(every: $0[0], factor: $0[1])
        },
        ScheduleForm(
            name: "plateau", arguments: [.fraction("factor", 0.1), .epochs("patience", 10), .from(0, "min_lr", 0)]
        ) { .plateau(PlateauRule(factor: $0[0], patience: Int($0[1].rounded()), lowestRate: $0[2])) },
    ]
}

extension Schedule: CustomStringConvertible {
    var name: String {
        switch self {
        case .constant: "constant"
        case .cosine: "cosine"
        case .polynomial: "polynomial"
        case .oneCycle: "one-cycle"
        case .step: "step"
        case .plateau: "plateau"
        }
    }

    private var values: [Double] {
        switch self {
        case .constant: []
        case .cosine(let final): [final]
        case .polynomial(let power): [power]
        case .oneCycle(let c): [c.start, c.division, c.finalDivision, c.lowMomentum, c.highMomentum]
        case .step(let every, let factor): [every, factor]
        case .plateau(let rule): [rule.factor, Double(rule.patience), rule.lowestRate]
        }
    }

    /// As it is parsed, with all numbers.
    package var description: String {
        let form = ScheduleForm.all.first { $0.name == name }
        let pairs = zip(form?.arguments ?? [], values).map { "\($0.key)=\(Text.plain($1))" }
        return pairs.isEmpty ? name : name + ":" + pairs.joined(separator: ",")
    }

    /// Reads `one-cycle`, or `step:every=10,factor=0.5`; an underscore is as good as a hyphen in the name.
    /// - Throws: `TrainerError` that says what there is.
    package init(parsing text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = String((parts.first ?? "").map { $0 == "_" ? "-" : $0 })
        guard let form = ScheduleForm.all.first(where: { $0.name == name }) else {
            throw TrainerError(
                "unknown schedule \"\(parts.first ?? "")\"",
                hint: "schedules are \(ScheduleForm.all.map(\.name).joined(separator: ", "))")
        }
        var values = form.arguments.map(\.initial)
        for pair in parts.count > 1 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let place = form.arguments.firstIndex(where: { $0.key == sides[0] }) else {
                let known = form.arguments.map { "\($0.key)=\(Text.plain($0.initial))" }.joined(separator: ",")
                throw TrainerError(
                    "the schedule \(form.name) knows no \"\(sides[0])\"",
                    hint: known.isEmpty ? "it takes no numbers" : "its numbers are \(form.name):\(known)")
            }
            let argument = form.arguments[place]
            guard sides.count == 2, let value = Double(sides[1]), argument.range.contains(value) else {
                throw TrainerError(
                    "\"\(argument.key)\" of the schedule \(form.name) takes \(argument.expected), "
                        + "found \"\(sides.count == 2 ? sides[1] : "")\"")
            }
            values[place] = value
        }
        self = form.make(values)
        if case .oneCycle(let cycle) = self, cycle.lowMomentum > cycle.highMomentum || cycle.highMomentum >= 1 {
            throw TrainerError(
                "\"min_momentum\" and \"max_momentum\" of the schedule one-cycle are \(cycle.lowMomentum) and "
                    + "\(cycle.highMomentum)", hint: "the smaller one comes first, and both are below 1")
        }
    }
}
