import ArgumentParser
import Driver
import Inspection
import Passes

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the compiler made of a graph, on one page for a browser.",
        discussion: """
            The page needs no network and nothing beside it: the graph as a U at each stage, the source, the kernels, the \
            arena over time. With --profile, how long each step takes as well:
              unetc bench G.graph --json > times.json
              unetc inspect G.graph --html page.html --profile times.json
            """)

    @OptionGroup var input: GraphArguments
    @OptionGroup var target: TargetArguments

    @Option(help: ArgumentHelp("Where to write the page.", valueName: "file"))
    var html: String

    @Option(
        help:
            "Which plan: train, infer, forward, gradients or tile (default: train; tile with --tile; gradients without a loss)."
    )
    var plan: PlanKind?

    @Option(help: ArgumentHelp("The size of the plan tile: auto, 512, 384x512.", valueName: "size"))
    var tile: TileArgument?

    @Option(help: "The batch to plan for (default: the graph's).")
    var batch: Int?

    @Option(
        help: ArgumentHelp(
            "What a training may take at its peak, or how to plan memory, as `compile` takes it.", valueName: "bytes"))
    var memory = MemoryArgument.strategy(.best)

    @Option(help: ArgumentHelp("Times of the steps, as \"unetc bench --json\" prints them.", valueName: "file"))
    var profile: String?

    func validate() throws {
        if tile != nil, let plan, plan != .tile { throw ValidationError("--tile goes with --plan tile.") }
    }

    func run() throws {
        try reportingErrors {
            try checkOutput(html, reading: [input.graph, profile])
            let session = try input.session()
            var options = try target.options(batch: batch)
            tile?.apply(to: &options)
            let compilation = try memory.compilation(of: session, options, threads: target.threadCount) {
                printError("memory: \($0)")
            }
            let kind = plan ?? (tile != nil ? .tile : session.graph.loss == nil ? .gradients : .train)
            let times = try profile.map { try StepProfile(path: $0) }
            let page = try compilation.inspection(of: kind, profile: times)
            warnOfStrangers(page)
            try page.write(to: html)
            printResult("wrote \(html)")
        }
    }

    /// Times of another plan would stand at the wrong steps, or at none.
    private func warnOfStrangers(_ page: InspectionPage) {
        guard let profile = page.profile else { return }
        let strangers = page.strangersInProfile
        if let first = strangers.first {
            printError(
                "warning: \(strangers.count) of the \(profile.layers.count) steps of the profile are not in this plan, "
                    + "such as \"\(first)\"\n  hint: give \"bench\" and \"inspect\" the same flags")
        }
        if profile.batch != page.lowered.plan.batchCapacity {
            printError(
                "warning: the profile is of batch \(profile.batch), the plan of \(page.lowered.plan.batchCapacity)\n"
                    + "  hint: give \"bench\" and \"inspect\" the same --batch")
        }
    }
}
