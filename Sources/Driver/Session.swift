import Emission
import FileAccess
import GraphIR
import KernelIR
import Kernels
import MemoryPlanning
import Passes

/// The version that `unetc --version` prints and every model carries.
public let compilerVersion = "0.1.0"

/// A graph file on its way through the compiler.
public struct Session: Sendable {
    /// The file's name as the user gave it.
    public let path: String
    public let text: String
    public let overrides: [(name: String, value: String)]
    public let graph: Graph
    /// Rendered warnings.
    public let warnings: String

    /// Reads and elaborates the file.
    /// - Throws: `DriverError` whose message is the rendered diagnostics.
    public init(path: String, overrides: [(name: String, value: String)]) throws {
        self.path = path
        self.overrides = overrides
        let checked = CheckedGraph(path: path, overrides: overrides)
        guard let graph = checked.graph else { throw checked.error }
        self.graph = graph
        text = String(decoding: checked.file.bytes, as: UTF8.self)
        warnings = checked.rendered
    }
}

extension String {
    var trimmingNewlines: String {
        var text = self[...]
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }
}

/// How a graph is to be compiled.
public struct CompileOptions: Sendable {
    public var target: Target
    /// Samples the plans are sized for; nil takes the graph's `batch`.
    public var batch: Int?
    public var plans: [PlanKind] = [.train, .infer, .forward]
    /// Height and width of the input of the plan `tile`, rounded up to what the graph can take; nil chooses.
    public var tileSize: Extent?
    public var strategy = PlanningOptions.Strategy.best
    /// What the plan `train` makes a second time, to save memory.
    public var recomputation = Recomputation.nearlyFree
    /// What the plan `train` leaves to the plan `deferred`, which is then there as well, for `stepBatch` samples.
    public var deferred: DeferredGradients?
    /// What the trainer may take, in bytes; it keeps fewer pictures where it would take more.
    public var memoryBudget: Int?
    /// Samples of a step where the trainer is not told: more than `batch` where a step is cut into parts.
    public var stepBatch: Int?
    public var fuses = true
    public var convolutions = ConvolutionChoice.auto
    /// The language of the kernels.
    public var backend = Backend.c
    /// Algorithms that have been measured to be the fastest, by the keys of `AlgorithmTable`.
    public var winners: [String: ConvolutionAlgorithm] = [:]
    /// Inputs to differentiate with respect to.
    public var withRespectTo: [String] = []
    /// A bug to put into a kernel; nil but in tests.
    public var plantedFault: PlantedFault?
    /// Whether files in the output folder that are not unetc's, or not any more, are replaced.
    public var overwrites = false
    public var jobs: Int
    /// Where compiled objects are kept for the next time.
    public var cacheFolder = ObjectCache.defaultFolder

    public init(target: Target, batch: Int? = nil, jobs: Int) {
        self.target = target
        self.batch = batch
        self.jobs = jobs
    }
}

extension Session {
    /// The stages of one plan.
    /// - Throws: `DriverError` for graphs that cannot be differentiated, or not be computed in tiles.
    public func pipeline(_ kind: PlanKind, _ options: CompileOptions) throws -> PipelineResult {
        try pipeline(kind, options, tile: kind == .tile ? try chooseTile(options) : nil)
    }

    func pipeline(
        _ kind: PlanKind, _ options: CompileOptions, tile: TileChoice?
    ) throws -> PipelineResult {
        do {
            return try runPipeline(
                graph, for: kind, withRespectTo: options.withRespectTo, inputSize: tile?.size, fuses: options.fuses
            ) { fused in
                let laidOut = assignLayouts(
                    fused, target: options.target, convolutions: tile?.convolutions ?? algorithms(fused, options))
                return (laidOut.graph, laidOut.layouts)
            } recompute: { graph, layouts in
                guard kind == .train, let layouts else { return (graph, layouts) }
                let left = options.deferred?.left(of: graph, layouts: layouts)
                let recomputed = recomputed(left ?? RecomputedGraph(graph, layouts: layouts), options)
                return (recomputed.graph, recomputed.layouts)
            }
        } catch let error as GraphVerificationError {
            throw DriverError("\(error)", exitCode: 70)
        } catch {
            throw DriverError("\(Files.name(of: path)): error: \(error)")
        }
    }

    /// How to compute each convolution of a plan's graph.
    func algorithms(_ graph: Graph, _ options: CompileOptions) -> AlgorithmTable {
        AlgorithmTable(
            graph, target: options.target, batch: options.batch ?? self.graph.training.batch,
            choice: options.convolutions, winners: options.winners)
    }

    /// One plan with its kernels, verified.
    public func lowered(_ kind: PlanKind, _ options: CompileOptions) throws -> LoweredPlan {
        let tile = kind == .tile ? try chooseTile(options) : nil
        return try lowered(try pipeline(kind, options, tile: tile).schedule, kind, options, tile: tile)
    }

    /// What `kind` has become behind the passes, as a plan.
    func lowered(
        _ schedule: Schedule, _ kind: PlanKind, _ options: CompileOptions, tile: TileChoice?
    ) throws -> LoweredPlan {
        let planning = PlanningOptions(
            strategy: options.strategy, batchCapacity: tile == nil ? options.batch ?? graph.training.batch : 1)
        var lowered = LoweredPlan(
            name: kind.rawValue, schedule: schedule, options: planning, target: options.target,
            convolutions: tile?.convolutions ?? algorithms(schedule.graph, options))
        lowered.tile = try tile.map { try exactness(schedule.graph, $0) }
        if let fault = options.plantedFault { lowered.plant(fault) }
        return try verified(lowered)
    }

    /// - Throws: `DriverError` for a plan that is wrong.
    func verified(_ lowered: LoweredPlan) throws -> LoweredPlan {
        let violations = verifyPlan(lowered.plan) + lowered.preparationViolations()
        guard violations.isEmpty else {
            throw DriverError(
                "the memory plan of \(lowered.name) is wrong, which is a bug of unetc:\n"
                    + violations.map(\.description).joined(separator: "\n"), exitCode: 70)
        }
        return lowered
    }

    /// The whole model as source text.
    public func emit(_ options: CompileOptions) throws -> (model: EmittedModel, plans: [LoweredPlan]) {
        guard graph.loss != nil || !options.plans.contains(.train) else {
            throw DriverError(
                "\(Files.name(of: path)): error: the graph has no loss, so it cannot be trained; "
                    + "add a line such as `loss bce_with_logits(logits, mask)`")
        }
        var plans = try options.plans.map { try lowered($0, options) }
        if let deferred = try deferredPlan(options) { plans.append(deferred) }
        return (model(of: plans, options), plans)
    }

    /// Plans as source text.
    func model(of plans: [LoweredPlan], _ options: CompileOptions) -> EmittedModel {
        var description = ModelDescription(
            compilerVersion: compilerVersion, sourceText: text, sourceName: Files.name(of: path),
            parameters: overrides, target: options.target, batchCapacity: options.batch ?? graph.training.batch,
            graph: graph)
        description.stepBatch = options.stepBatch
        description.memoryBudget = options.memoryBudget
        return EmittedModel(plans: plans, description: description, backend: options.backend)
    }
}
