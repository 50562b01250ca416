import ArgumentParser
import Base
import Recipes
import TrainerSupport

/// A number, or `none` for doing without.
enum NumberOrNone: Hashable, Sendable, ExpressibleByArgument {
    case none
    case number(Double)

    init?(argument: String) {
        if argument == "none" {
            self = .none
        } else if let value = Double(argument), value.isFinite {
            self = .number(value)
        } else {
            return nil
        }
    }

    var value: Double? {
        if case .number(let value) = self { value } else { nil }
    }
}

/// The flags for what a step is made of.
struct StepFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How the learning rate goes, --lr being the largest: constant, cosine, polynomial, one-cycle, step or "
                + "plateau, with numbers as in step:every=10,factor=0.1; default: from the graph.",
            valueName: "schedule"),
        transform: { try Schedule(parsing: $0) })
    var schedule: Schedule?

    @Option(
        help: ArgumentHelp(
            "Epochs, or a part of one, in which the learning rate rises to what the schedule says.",
            valueName: "epochs"))
    var warmup: Double?

    @Option(
        help: ArgumentHelp(
            "Scale gradients whose norm, all together, is larger down to this; or none.", valueName: "norm"))
    var clip: NumberOrNone?

    @Option(help: ArgumentHelp("Batches whose gradients make a step together.", valueName: "batches"))
    var accumulate: Int?

    @Option(
        help: ArgumentHelp(
            "Cut each batch into so many parts and add their gradients up in pairs, so that processes (mpirun) can share them "
                + "out with the same result; default: 1, of several processes up to 8.", valueName: "parts"))
    var microBatches: Int?

    @Option(
        help: ArgumentHelp(
            "Test and keep a moving average of the weights, of which so much stays in each step (0.999); or none.",
            valueName: "decay"))
    var ema: NumberOrNone?

    mutating func validate() throws {
        if let warmup, !(warmup >= 0 && warmup.isFinite) {
            throw ValidationError("--warmup takes a number of epochs from 0, found \(warmup).")
        }
        if let clip = clip?.value, clip <= 0 {
            throw ValidationError("--clip takes a number above 0 or none, found \(clip).")
        }
        try validateCount("--accumulate", accumulate, TrainingSettings.mostPictures)
        try validateCount("--micro-batches", microBatches, TrainingSettings.mostPictures)
        if let ema = ema?.value, !(0..<1).contains(ema) {
            let hint = Text.shareMeant(by: ema).map { " Did you mean \($0)?" } ?? ""
            throw ValidationError("--ema takes a number from 0 to below 1 or none, found \(ema).\(hint)")
        }
    }

    /// The flags over the graph's defaults, or over what a run remembers.
    /// - Throws: `TrainerError` for settings that do not go together.
    func resolved(over known: StepSettings, epochs: Int) throws -> StepSettings {
        var settings = known
        settings.schedule = schedule ?? settings.schedule
        settings.warmup = warmup ?? settings.warmup
        settings.accumulate = accumulate ?? settings.accumulate
        settings.microBatches = microBatches ?? settings.microBatches
        if let clip { settings.clip = clip.value }
        if let ema { settings.ema = ema.value }
        if case .oneCycle = settings.schedule, settings.warmup > 0 {
            throw TrainerError(
                "the schedule one-cycle rises by itself, found a warm-up of \(Text.plain(settings.warmup)) epochs",
                hint: "use --warmup 0, or --schedule cosine")
        }
        guard settings.warmup <= Double(epochs) else {
            throw TrainerError(
                "the warm-up of \(Text.plain(settings.warmup)) epochs is longer than the training of \(epochs)",
                hint: "use a smaller --warmup, or more --epochs")
        }
        return settings
    }

    /// What a resumed run may not change: the flag, and its values before and now.
    static func fixed(_ old: StepSettings, _ new: StepSettings) -> [(flag: String, before: String, now: String)] {
        func text(_ value: Double?) -> String { value.map(Text.plain) ?? "none" }
        return [
            ("--schedule", old.schedule.description, new.schedule.description),
            ("--warmup", text(old.warmup), text(new.warmup)), ("--clip", text(old.clip), text(new.clip)),
            ("--accumulate", "\(old.accumulate)", "\(new.accumulate)"), ("--ema", text(old.ema), text(new.ema)),
            ("--micro-batches", "\(old.microBatches)", "\(new.microBatches)"),
        ]
    }
}
