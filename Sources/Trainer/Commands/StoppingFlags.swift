import ArgumentParser
import Base
import Recipes

/// The flags for when to stop and which weights are the best; each session of a run may have others.
struct StoppingFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Stop after so many epochs without better weights; or none. Default: from the graph, else none.",
            valueName: "epochs"))
    var patience: NumberOrNone?

    @Option(
        help: ArgumentHelp(
            "What the best weights are the best by: test_loss, dice or iou, mean_iou or pixel_accuracy, psnr.",
            valueName: "measure"))
    var bestBy: String?

    @Option(
        help: ArgumentHelp(
            "Stop when a test reaches this, such as dice=0.85; several with commas must be reached together; or none.",
            valueName: "measure=value"),
        transform: { $0 == "none" ? [] : try StoppingRules.goals(parsing: $0) })
    var until: [StoppingRules.Goal]?

    @Option(
        help: ArgumentHelp(
            "Train for so many minutes in this session. A schedule that ends with training is made so much shorter, as soon as "
                + "an epoch has been timed."))
    var minutes: Double?

    @Flag(
        inversion: .prefixedNo,
        help: "Fit the schedule to --minutes. Without, it stays that of all epochs, to be continued with --resume.")
    var fitSchedule = true

    mutating func validate() throws {
        if let patience = patience?.value, patience < 1 || patience != patience.rounded() || patience > 1e9 {
            throw ValidationError("--patience takes a whole number from 1 or none, found \(Text.plain(patience)).")
        }
        if let minutes, !(minutes > 0 && minutes.isFinite) {
            throw ValidationError("--minutes takes a number above 0, found \(Text.plain(minutes)).")
        }
    }

    /// The flags over the graph's defaults, or over what a run remembers.
    func resolved(over known: StoppingRules) -> StoppingRules {
        var rules = known
        if let patience { rules.patience = patience.value.map { Int($0) } }
        rules.bestBy = bestBy ?? rules.bestBy
        rules.goals = until ?? rules.goals
        return rules
    }
}
