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
                + "clDice and areas, of class maps for each class too; JSON where FILE ends in .json, else CSV.",
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

    mutating func validate() throws { try validateCount("--worst-count", worstCount, 100) }

    var settings: MeasureSettings {
        MeasureSettings(tolerance: boundaryTolerance, drawn: worst == nil ? 0 : worstCount)
    }

    /// Files that are written.
    var files: [String] { [table, worst].compactMap { $0 } }

    /// The flag that asks for measures at the pictures' own size; nil for none.
    private var asking: String? { table != nil ? "--table" : worst != nil ? "--worst" : nil }

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
