import ArgumentParser
import Base
import Driver
import Emission
import Strategy

struct Compile: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compile a graph into a folder with its kernels, its plan and a native trainer.")

    @OptionGroup var input: GraphArguments
    @OptionGroup var target: TargetArguments
    @OptionGroup var tuning: TuneArguments

    @Option(help: "The largest batch the trainer can take (default: the graph's).")
    var batch: Int?

    @Option(
        help: ArgumentHelp(
            "The tiles of large pictures, for which there is a plan: auto, a size such as 512 or 384x512, or none; default: "
                + "auto, or none for graphs that cannot be computed tile by tile.", valueName: "size"))
    var tile: TileArgument?

    @Option(help: ArgumentHelp("Where to write (default: generated/<graph name>).", valueName: "dir"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            """
            What a training may take at its peak, such as 512M or 2G: batches go through the net in parts, and values \
            are computed twice, as little as needed. Or how to plan memory: best (the steps reordered, and an exact \
            search where greedy placement leaves a gap), greedy, or naive (a place for every value and nothing twice, \
            to find planning bugs).
            """, valueName: "bytes"))
    var memory = MemoryArgument.strategy(.best)

    @Flag(inversion: .prefixedNo, help: "Fuse elementwise functions into their producers.")
    var fuse = true

    @Flag(help: "Replace files in the output folder that unetc has not written, or that were changed since.")
    var overwrite = false

    @Flag(help: "Say where the compiler's time went.")
    var timings = false

    @Flag(name: .shortAndLong, help: "Also print what plan.txt says of the memory of each plan.")
    var verbose = false

    func run() throws {
        try reportingErrors {
            let timings = Timings()
            let session = try timings.measure(.reading) { try input.session() }
            var options = try target.options(batch: batch)
            options.fuses = fuse
            options.overwrites = overwrite
            (tile ?? .auto).apply(to: &options)
            options = try tuning.applied(to: options, of: session)
            var budget: String?
            let compilation = try memory.compilation(
                of: session, options, threads: target.threadCount, timings: timings
            ) { budget = "\($0)" }
            // The process is about to end, and taking apart what was made of the graph would hold that up.
            _ = Unmanaged.passRetained(compilation)
            let obstacle = try compilation.leaveOutImpossibleTiles(isOneNeeded: tile != nil)
            let folder = output ?? "generated/\(session.graph.name)"
            let compiled = try compilation.compile(into: folder)
            if verbose {
                if let obstacle { printResult("no plan tile: \(obstacle)") }
                for plan in compiled.plans { printResult("plan \(plan.name): \(plan.plan.report)") }
            }
            if self.timings { printResult(timings.text, terminator: "") }
            let summary = CompileSummary(
                compiled: compiled, target: options.target.name, lacksTiles: obstacle != nil, budget: budget,
                seconds: (timings.totalSeconds, timings.seconds(of: .compiling)))
            for line in summary.lines { printResult(line) }
        }
    }
}
