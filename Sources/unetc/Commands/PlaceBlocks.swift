import ArgumentParser
import Driver
import MemoryPlanning

struct PlaceBlocks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Place blocks of memory with lifetimes, as the planner does, in a file of the MiniMalloc benchmark.",
        discussion: """
            The file has comma-separated columns id, lower, upper and size: a block of so many bytes is needed from lower \
            up to, but without, upper. The result has one more, offset. What is found depends on the file and --nodes \
            alone, unless --seconds end the search first, which is then said.
            """)

    @Argument(help: "The file; - is standard input.")
    var file: String

    @Option(help: ArgumentHelp("Bytes to place the blocks within (default: as few as possible).", valueName: "bytes"))
    var capacity: Int?

    @Option(help: ArgumentHelp("Where to write the blocks with their offsets.", valueName: "file"))
    var output: String?

    @Option(help: "States that the search may look at.")
    var nodes = 100_000_000

    @Option(help: "Seconds that the search may take.")
    var seconds = 60.0

    func validate() throws {
        if let capacity, capacity < 0 { throw ValidationError("--capacity takes a number from 0, found \(capacity)") }
        if nodes < 0 { throw ValidationError("--nodes takes a number from 0, found \(nodes)") }
        if !(seconds >= 0 && seconds <= 1e6) {
            throw ValidationError("--seconds takes a number from 0 to 1000000, found \(seconds)")
        }
    }

    func run() throws {
        try reportingErrors {
            let file = try PlacementFile(path: self.file)
            let clock = ContinuousClock()
            let start = clock.now
            let outcome = search(file.instance.requests, until: start + .seconds(seconds), clock)
            printError("took \(clock.now - start)")
            guard let placement = outcome.placement else {
                let hint = outcome.stop == nil ? "" : "\n  hint: more --nodes or --seconds, or a larger --capacity"
                throw CommandFailure("\(self.file): \(outcome)" + hint)
            }
            if let output { try file.write(placement, to: output) }
            printResult("\(file.instance.blocks.count) blocks: \(outcome)")
        }
    }

    private func search(
        _ requests: [PlacementRequest], until deadline: ContinuousClock.Instant, _ clock: ContinuousClock
    ) -> PlacementOutcome {
        let limits = PlacementLimits(nodes: nodes) { clock.now >= deadline }
        guard let capacity else { return placeBlocks(requests, limits: limits) }
        return placeBlocks(requests, within: capacity, limits: limits)
    }
}
