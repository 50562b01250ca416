import ArgumentParser
import Driver
import Strategy
import FileAccess
import Runtime

struct Budget: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what training takes, and how much slower it becomes with less memory.",
        discussion: """
            Each line is a budget for `unetc compile --memory`, the memory of the whole trainer without decoded pictures, \
            and the time of a step as the cost models predict it; the first line is the fastest.
            """)

    @OptionGroup var input: GraphArguments
    @OptionGroup var target: TargetArguments

    @Option(help: "Samples of a step (default: the graph's batch).")
    var batch: Int?

    @Option(help: ArgumentHelp("Also write the lines as a table.", valueName: "file.csv"))
    var csv: String?

    @Option(help: ArgumentHelp("Also draw the curve.", valueName: "file.png"))
    var png: String?

    func run() throws {
        try reportingErrors {
            for output in [csv, png] { try checkOutput(output, reading: [input.graph]) }
            let session = try input.session()
            let curve = try Compilation(session, try target.options(batch: batch)).memoryCurve(
                trainer: .standard, threads: target.threadCount)
            printResult(curve.text, terminator: "")
            if let csv { try FileWriter.write(csv, text: curve.csv) }
            if let png { try drawMemoryCurve(curve, to: png) }
        }
    }
}

extension TrainerMemory {
    /// Two batches made ahead and the one at work; the program, as `trainer info` measures it; a picture of three million
    /// pixels that is being decoded.
    static let standard = TrainerMemory(batches: 3, program: (16 + 12) << 20)
}
