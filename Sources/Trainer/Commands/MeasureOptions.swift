import ArgumentParser
import Predictions
import Tasks
import TrainerSupport

extension BoundaryTolerance: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// What is measured of each picture at its own size, and where that goes.
struct MeasureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write a line for each picture, the worst first: size, Dice, IoU, precision, recall, boundary F1, HD95, "
                + "clDice and areas, for each class or label too; JSON where FILE ends in .json, else CSV.",
            valueName: "file"))
    var table: String?

    @Option(
        help: ArgumentHelp("Draw the worst pictures, with what was found, missed and falsely found.", valueName: "png"))
    var worst: String?

    @Option(help: ArgumentHelp("How many --worst draws.", valueName: "count"))
    var worstCount = 12

    @Option(
        help: ArgumentHelp(
            "How far apart edges may lie for the boundary F1: pixels, such as 3, or a share of the picture's diagonal.",
            valueName: "pixels|percent%"))
    var boundaryTolerance = BoundaryTolerance.usual

    @Option(
        help: ArgumentHelp(
            "At the pictures' own size, the probability from which on a pixel is object; best: what was best for the "
                + "run's test pictures.", valueName: "p|best"))
    var threshold: ThresholdChoice?

    @Option(
        help: ArgumentHelp(
            "At the pictures' own size, the mean over mirror images, as of predict.", valueName: "none|h|v|hv|auto"))
    var flips = FlipsChoice.these(.none)

    @OptionGroup var postprocessing: PostprocessingFlags

    mutating func validate() throws {
        try validateCount("--worst-count", worstCount, 100)
        try ThresholdChoice.validate(threshold)
    }

    /// - Throws: `TrainerError` for flags that mean nothing for what the net learns or the weights know.
    func settings(_ task: TrainingTask, _ weights: ChosenWeights, isTiled: Bool) throws -> MeasureSettings {
        MeasureSettings(
            threshold: try ThresholdChoice.resolve(threshold, task, weights) ?? 0.5,
            flips: try weights.flips(flips, isTiled: isTiled),
            postprocessing: try postprocessing.postprocessing(task), tolerance: boundaryTolerance,
            drawn: worst == nil ? 0 : worstCount)
    }

    /// Files that are written.
    var files: [String] { [table, worst].compactMap { $0 } }

    /// The flag that asks for measures at the pictures' own size; nil for none.
    private var asking: String? {
        if table != nil { return "--table" }
        if worst != nil { return "--worst" }
        if threshold != nil { return "--threshold" }
        return postprocessing.keepLargest ? "--keep-largest" : postprocessing.minSize != nil ? "--min-size" : nil
    }

    /// - Parameter own: whether anything is measured at the pictures' own size.
    /// - Throws: `TrainerError` for flags that ask for measures which are not taken.
    func check(_ task: TrainingTask, own: Bool) throws {
        guard let asking else { return }
        if !task.needsMasks {
            throw TrainerError("\(asking): the net learns its input, not what it shows", hint: "leave it out")
        }
        if !own {
            throw TrainerError(
                "\(asking): measures at the pictures' own size, which --no-own-size leaves out",
                hint: "leave out one of them")
        }
    }

    /// Writes the files that are asked for, and says where.
    /// - Throws: `TrainerError` when there are no measures; `FileError` or `ImageError` when a file cannot be written.
    func write(_ scores: WrittenScores?, _ task: TrainingTask, _ names: ClassNames, _ console: Console) throws {
        guard let asking else { return }
        guard let scores else {
            throw TrainerError(
                "\(asking): drawn pictures have the net's size alone", hint: "name other data with --data")
        }
        if let table {
            try PictureTable(scores.pictures, task: task, names: names).write(to: table)
            console.answer("each picture's measures, the worst first: \(table)")
        }
        if let worst, let sheet = scores.worst {
            try sheet.render().writeResult(to: worst)
            console.answer("the worst pictures: \(worst)")
        }
    }
}
