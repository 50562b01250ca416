import ArgumentParser
import Driver
import Emission
import GraphIR
import MemoryPlanning
import Passes

struct Dump: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what the compiler made of a graph at one stage.")

    enum StageName: String, CaseIterable, ExpressibleByArgument {
        case parsed, graph, backward, fused, scheduled, planned, kernels
    }

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json, dot
    }

    @OptionGroup var input: GraphArguments
    @OptionGroup var target: TargetArguments

    @Option(help: "parsed, graph, backward, fused, scheduled, planned or kernels.")
    var stage = StageName.graph

    @Option(help: "text, json or dot (for Graphviz).")
    var format = Format.text

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
    }

    func run() throws {
        try reportingErrors {
            if stage == .parsed {
                guard format == .text else { throw unavailable() }
                print(try Session.parsedDump(path: input.graph))
                return
            }
            let session = try input.session()
            var options = try target.options(batch: batch)
            tile?.apply(to: &options)
            print(try text(session, options), terminator: "")
        }
    }

    private func text(_ session: Session, _ options: CompileOptions) throws -> String {
        let kind = plan ?? (tile != nil ? .tile : session.graph.loss == nil ? .gradients : .train)
        switch stage {
        case .parsed, .graph: return try printed(session.graph)
        case .backward, .fused, .scheduled:
            guard let stage = try session.pipeline(kind, options).stages.last(where: { $0.name == stage.rawValue })
            else { throw CommandFailure("plan \(kind.rawValue) has no stage \(stage.rawValue)", exitCode: 2) }
            return try printed(stage.graph)
        case .planned: return try plannedText(try session.lowered(kind, options))
        case .kernels: return try kernelText(session, kind, options)
        }
    }

    private func printed(_ graph: Graph) throws -> String {
        switch format {
        case .text: graph.text
        case .json: graph.json
        case .dot: graph.dot
        }
    }

    private func plannedText(_ plan: LoweredPlan) throws -> String {
        switch format {
        case .text: return plan.table
        case .json: return plan.json.pretty(depth: 3) + "\n"
        case .dot: throw unavailable()
        }
    }

    private func kernelText(_ session: Session, _ kind: PlanKind, _ options: CompileOptions) throws -> String {
        guard format == .text else { throw unavailable() }
        var options = options
        options.plans = [kind]
        let (model, plans) = try session.emit(options)
        let choices = plans[0].choices.split(separator: "\n").map { "// \($0)\n" }.joined()
        let files = model.files.filter { $0.path.hasPrefix("kernels/") }.map { "// \($0.path)\n\($0.text)" }
        return choices + files.joined(separator: "\n")
    }

    private func unavailable() -> CommandFailure {
        CommandFailure(
            "stage \(stage.rawValue) cannot be printed as \(format.rawValue); try --format text", exitCode: 2)
    }
}

extension PlanKind: ExpressibleByArgument {}
