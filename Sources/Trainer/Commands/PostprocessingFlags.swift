import ArgumentParser
import Predictions
import Tasks
import TrainerSupport

extension Connectivity: ExpressibleByArgument {}

/// What is done to masks and class maps once they are whole.
struct PostprocessingFlags: ParsableArguments {
    @Flag(help: "Of the object, of each class but 0, or of each label, keep the largest connected part alone.")
    var keepLargest = false

    @Option(
        help: ArgumentHelp(
            "Connected parts of fewer pixels, of the object, of a class but 0 or of a label, become background.",
            valueName: "pixels"))
    var minSize: Int?

    @Option(
        help: ArgumentHelp(
            "Whether parts are connected over sides (4) or over corners too (8); default: 8.", valueName: "4|8"))
    var connectivity: Connectivity?

    mutating func validate() throws {
        try validateCount("--min-size", minSize, 1 << 40)
        if connectivity != nil && !keepLargest && minSize == nil {
            throw ValidationError("--connectivity goes with --keep-largest or --min-size.")
        }
    }

    /// - Throws: `TrainerError` where there are no masks.
    func postprocessing(_ task: TrainingTask) throws -> Postprocessing {
        let result = Postprocessing(
            keepsLargest: keepLargest, leastPixels: minSize ?? 0, connectivity: connectivity ?? .eight)
        if !result.isNone && !task.needsMasks {
            throw TrainerError(
                "\(keepLargest ? "--keep-largest" : "--min-size"): the net learns its input, which has no parts",
                hint: "leave it out")
        }
        return result
    }
}
