import ArgumentParser
import Driver
import Inspection
import Passes

struct Dump: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the compiler made of a graph at one stage.",
        discussion: """
            unetc dump G.graph --stage fused > fused.txt
            unetc dump --from fused.txt --format svg > fused.svg
            unetc dump G.graph --diff backward fused
            unetc dump --from before.txt --from after.txt
            unetc dump G.graph --stage planned --format svg > arena.svg
            The forms are described in docs/DUMPS.md.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json, dot, svg
        /// A plan's steps with their algorithms and places, for reading only.
        case table
    }

    enum Layout: String, CaseIterable, ExpressibleByArgument {
        case auto, builtin, graphviz
    }

    /// What a drawing of a plan shows.
    enum View: String, CaseIterable, ExpressibleByArgument {
        case arena, graph
    }

    @Argument(help: "The graph's file.")
    var graph: String?

    @OptionGroup var parameters: ParameterArguments
    @OptionGroup var target: TargetArguments

    @Option(
        help: ArgumentHelp(
            "Read a dump that was printed as text, in place of a graph's file; twice, to see what has changed between the two.",
            valueName: "file"))
    var from: [String] = []

    @Option(help: "parsed, graph, backward, fused, program, planned or kernels (default: graph).")
    var stage: DumpStage?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("What has changed between two stages, in any form but table.", valueName: "stage stage"))
    var diff: [DumpStage] = []

    @Option(
        help:
            "text (reads back), json, dot (for Graphviz), svg (a drawing; of a plan, its arena), or table (of a plan's steps)."
    )
    var format = Format.text

    @Option(help: "Who lays out a drawing of a graph: builtin, graphviz, or auto (Graphviz where it is installed).")
    var layout = Layout.auto

    @Option(
        help:
            "Where the built-in layout goes: down, or right, which takes more room and makes a U-Net an upright U (default: down)."
    )
    var direction: GraphLayout.Direction?

    @Option(help: "What a drawing of a plan shows: arena or graph.")
    var view = View.arena

    @Option(help: ArgumentHelp("Show only this node and those near it.", valueName: "node"))
    var focus: String?

    @Option(help: "How many edges away a node is still near.")
    var radius = 2

    @Option(
        help:
            "Which plan: train, infer, forward, gradients or tile (default: train; tile with --tile; gradients without a loss)."
    )
    var plan: PlanKind?

    @Option(help: ArgumentHelp("The size of the plan tile: auto, 512, 384x512.", valueName: "size"))
    var tile: TileArgument?

    @Option(help: "The batch to plan for (default: the graph's).")
    var batch: Int?

    func validate() throws {
        if tile != nil, let plan, plan != .tile { throw ValidationError("--tile goes with --plan tile.") }
        if graph == nil, from.isEmpty { throw ValidationError("Name a graph's file, or a dump with --from.") }
        if from.count > 2 { throw ValidationError("--from names one dump, or two to compare, found \(from.count).") }
        if graph != nil, !from.isEmpty { throw ValidationError("A graph's file and --from exclude each other.") }
        if !diff.isEmpty, diff.count != 2 { throw ValidationError("--diff takes two stages, found \(diff.count).") }
        if !diff.isEmpty, stage != nil { throw ValidationError("--diff names two stages; --stage would be a third.") }
        if !from.isEmpty, !diff.isEmpty || isCompilationAsked {
            throw ValidationError(
                "--from shows a dump as it is, or compares two; --stage, --diff, --plan, --tile, --batch and -D take a "
                    + "graph's file.")
        }
        if layout == .graphviz, direction != nil { throw ValidationError("--direction goes with --layout builtin.") }
        if radius < 0 { throw ValidationError("--radius takes a number from 0, found \(radius).") }
    }

    private var isCompilationAsked: Bool {
        stage != nil || plan != nil || tile != nil || batch != nil || !parameters.isEmpty
    }

    func run() throws {
        try reportingErrors {
            let subject = try DumpSubject(self)
            printContent(try subject.printed(format, self))
        }
    }
}

extension PlanKind: ExpressibleByArgument {}
extension GraphLayout.Direction: ExpressibleByArgument {}
extension DumpStage: ExpressibleByArgument {}
