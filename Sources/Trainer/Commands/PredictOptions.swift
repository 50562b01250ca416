import ArgumentParser
import Predictions
import Tasks
import TrainerSupport

/// Which pictures to predict.
struct PredictInputOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Pictures, folders of pictures, patterns such as \"pics/*.png\"; - for a list of paths on standard input.",
            valueName: "file|dir|pattern|-"))
    var inputs: [String]

    @Flag(help: "Look into folders of folders too; results lie in folders of the same names.")
    var recursive = false

    @Flag(
        name: [.customLong("null"), .customShort("0")],
        help: "Paths on standard input end with a zero byte, as those of find -print0.")
    var isNullSeparated = false

    @Flag(help: "Files that are left out are an error: nothing is written where that shows beforehand.")
    var strict = false

    var isStream: Bool { inputs == ["-"] }

    mutating func validate() throws {
        if inputs.contains("-") && inputs.count > 1 {
            throw ValidationError("- stands alone: the paths come on standard input.")
        }
        if isNullSeparated && !isStream { throw ValidationError("--null is about standard input, -.") }
    }
}

/// What to write for each picture.
struct PredictOutputOptions: ParsableArguments {
    @Option(name: .customLong("out"), help: ArgumentHelp("The folder for the results.", valueName: "dir"))
    var folder: String

    @Option(
        help: ArgumentHelp(
            "Of a binary mask, or of all labels that overlap, the probability from which on a pixel is object; best: what was "
                + "best for the run's test pictures.", valueName: "p|best"))
    var threshold: ThresholdChoice?

    @Option(
        help: ArgumentHelp(
            "Also write probabilities as gray PNG of 8 or 16 bits, into probabilities/; of classes and labels one for each.",
            valueName: "8|16"))
    var probabilities: Int?

    @Flag(
        inversion: .prefixedNo,
        help: "Also write the picture, tinted and outlined, into overlays/; without it classes get a figure there.")
    var overlay: Bool?

    @Option(
        help: ArgumentHelp(
            "Predict mirror images as well and take the mean: h (left to right), v (upside down), hv (both), or auto, those "
                + "that training showed too.", valueName: "none|h|v|hv|auto"))
    var flips = FlipsChoice.these(.none)

    @OptionGroup var postprocessing: PostprocessingFlags

    mutating func validate() throws {
        if let probabilities, probabilities != 8 && probabilities != 16 {
            throw ValidationError("--probabilities takes 8 or 16, the bits of a PNG, found \(probabilities).")
        }
        try ThresholdChoice.validate(threshold)
    }

    /// - Throws: `TrainerError` for flags that mean nothing for what the net learns.
    func style(
        _ task: TrainingTask, isTiled: Bool, _ names: ClassNames, _ weights: ChosenWeights
    ) throws -> PredictionStyle {
        if task == .reconstruction {
            let flag = probabilities != nil ? "--probabilities" : overlay == true ? "--overlay" : nil
            if let flag {
                throw TrainerError("\(flag): the net learns its input, not what it shows", hint: "leave it out")
            }
        }
        var style = PredictionStyle()
        if let threshold = try ThresholdChoice.resolve(threshold, task, weights) { style.threshold = threshold }
        style.probabilityBits = probabilities
        style.flips = try weights.flips(flips, isTiled: isTiled)
        style.postprocessing = try postprocessing.postprocessing(task)
        if overlay == true {
            style.overlay = .tinted
        } else if overlay == nil && task.classes != nil && !isTiled {
            style.overlay = .figure(names)
        }
        return style
    }
}
