import Base
import Emission
import FileAccess
import GraphIR
import Kernels
import MemoryPlanning
import Passes
import Programs

/// A graph on its way through the compiler with some options. What has been made of it is kept, so that nothing is made
/// twice:
///
/// 1. `stages`: passes over the graph, for a kind of plan;
/// 2. `selected`: its program, for a batch (`Kernels/Selection`);
/// 3. `program`: what waits for a step's end is left out (`DeferredGradients`), values are made again (`RecomputeSearch`);
/// 4. `placed`: the steps in order, and all values in their places (`planMemory`);
/// 5. `lowered`: kernels, verified.
public final class Compilation {
    public let session: Session
    public private(set) var options: CompileOptions
    public let timings: Timings
    private let builder: KernelBuilder
    private var knownStages: [PlanKind: GraphStages] = [:]
    private var choosers: [ChooserKey: AlgorithmChooser] = [:]
    private var unmeasured: [PlanKey: Program] = [:]
    private var selections: [PlanKey: Program] = [:]
    private var train: Program?
    private var plans: [PlanKey: Plan] = [:]
    private var unmeasuredDeferrals: [DeferralKey: Program] = [:]
    private var deferrals: [DeferralKey: Program] = [:]
    private var deferredPlans: [DeferralKey: Plan] = [:]
    private var knownLowered: [PlanKind: LoweredPlan] = [:]
    private var knownTiles: [PlanKind: TileChoice] = [:]

    private struct PlanKey: Hashable {
        var kind: PlanKind
        var batch: Int
    }

    private struct DeferralKey: Hashable {
        var gradients: DeferredGradients
        var batch: Int
        var partBatch: Int
    }

    private struct ChooserKey: Hashable {
        var batch: Int
        var isInference: Bool
    }

    public init(_ session: Session, _ options: CompileOptions, timings: Timings = Timings()) {
        self.session = session
        self.options = options
        self.timings = timings
        builder = KernelBuilder(threads: options.jobs)
    }

    package var graph: Graph { session.graph }
    package var fileName: String { Files.name(of: session.path) }

    /// Samples that the plans are made for; those for tiles take one.
    package var batch: Int { options.batch ?? graph.training.batch }

    /// How maps are stored and multiplied.
    package var precision: ElementType { options.precision ?? graph.training.precision }

    /// Samples of a step, which the plan `deferred` takes at once.
    private var stepBatch: Int { options.stepBatch ?? batch }

    private func batch(of kind: PlanKind) -> Int { kind.isTile ? 1 : batch }

    // MARK: Stages

    /// The passes over the graph of a plan.
    /// - Throws: `DriverError` for graphs that cannot be differentiated, or not be computed in tiles.
    public func stages(_ kind: PlanKind) throws -> GraphStages {
        if let made = knownStages[kind] { return made }
        let size = kind.isTile ? try chosenTile(kind).size : nil
        let made = try checked {
            try timings.measure(.passes) {
                try runPipeline(
                    graph, for: kind, withRespectTo: options.withRespectTo, inputSize: size, fuses: options.fuses)
            }
        }
        knownStages[kind] = made
        return made
    }

    /// The tile of a plan for tiles.
    func chosenTile(_ kind: PlanKind) throws -> TileChoice {
        if let known = knownTiles[kind] { return known }
        let choice = try tiled { try newTile(kind) }
        knownTiles[kind] = choice
        return choice
    }

    private func newTile(_ kind: PlanKind) throws -> TileChoice {
        let whole = kind == .tile ? nil : try chosenTile(.tile)
        return try timings.measure(.tiles) {
            switch kind {
            case .tileHalf: try TileChoice.chosen(for: graph, options, part: 2, of: whole)
            case .tileQuarter: try TileChoice.chosen(for: graph, options, part: 4, of: whole)
            default: try TileChoice.chosen(for: graph, options)
            }
        }
    }

    /// Leaves out the plans for tiles whose size is no use: all of them where the graph cannot be computed tile by tile or no
    /// tile of a fitting size is exact, a smaller one where its edges leave too little of it.
    /// - Parameter isOneNeeded: a graph that cannot be computed tile by tile is an error.
    /// - Returns: why there is no plan `tile`; nil where there is one, or none was asked for.
    /// - Throws: `DriverError`; what the passes throw.
    public func leaveOutImpossibleTiles(isOneNeeded: Bool) throws -> String? {
        if isOneNeeded, options.plans.contains(.tile) { _ = try chosenTile(.tile) }
        var obstacle: String?
        for kind in PlanKind.tiles where options.plans.contains(kind) {
            do {
                knownTiles[kind] = try knownTiles[kind] ?? newTile(kind)
            } catch let error as SpatialError {
                options.plans.removeAll { kind == .tile ? $0.isTile : $0 == kind }
                if kind == .tile { obstacle = "\(error)" }
            }
        }
        return obstacle
    }

    /// Names the file of a graph that cannot be computed in tiles.
    private func tiled<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SpatialError {
            throw DriverError("\(fileName): error: the graph cannot be computed tile by tile: \(error)")
        }
    }

    /// A plan's program with nothing left out and nothing made again.
    /// - Parameter batch: nil is the one of the options.
    func selected(_ kind: PlanKind, batch: Int? = nil) throws -> Program {
        let key = PlanKey(kind: kind, batch: batch ?? self.batch(of: kind))
        if let made = selections[key] { return made }
        let made = measuredProgram(try unmeasured(kind, batch: key.batch), batch: key.batch)
        selections[key] = made
        return made
    }

    /// The same before kernels have been asked what they need.
    func unmeasured(_ kind: PlanKind, batch: Int) throws -> Program {
        let key = PlanKey(kind: kind, batch: batch)
        if let made = unmeasured[key] { return made }
        let fused = try stages(kind).fused
        let made: Program
        if kind.isTile {
            let tile = try chosenTile(kind)
            made = try unmeasured(fused) { tile.choices[$0] }
        } else {
            made = try unmeasured(fused, choice: chooser(fused, batch).choice)
        }
        unmeasured[key] = made
        return made
    }

    private func unmeasured(
        _ graph: Graph, leaves: [String: Layout] = [:], choice: (Op) -> AlgorithmChoice?
    ) throws -> Program {
        let made = timings.measure(.selection) {
            select(
                graph, target: options.target, leaves: leaves, precision: precision,
                elements: options.elements, choice: choice)
        }
        try checked { try requireWellFormed(made.graph, after: "layouts") }
        return made
    }

    /// What chooses algorithms for a graph at a batch.
    func chooser(_ graph: Graph, _ batch: Int) -> AlgorithmChooser {
        let key = ChooserKey(batch: batch, isInference: graph.isInference)
        if let known = choosers[key] { return known }
        let chooser = AlgorithmChooser(
            target: options.target, batch: batch, isInference: key.isInference, precision: precision,
            choice: options.convolutions, avoidsBLAS: options.avoidsBLAS,
            winners: options.winners)
        choosers[key] = chooser
        return chooser
    }

    /// A plan's program as it is planned.
    public func program(_ kind: PlanKind) throws -> Program {
        guard kind == .train else { return try selected(kind) }
        if let train { return train }
        var made = try selected(.train)
        if let deferred = options.deferred { made = deferred.left(of: made) }
        let changed = timings.measure(.recomputation) { recomputed(made) }
        if changed != made { made = try checkedAgain(changed, batch: batch) }
        train = made
        return made
    }

    /// A program that passes have changed, with what its new steps ask for.
    func checkedAgain(_ program: Program, batch: Int) throws -> Program {
        try checked { try requireWellFormed(program.graph, after: "recomputation") }
        return measuredProgram(program, batch: batch)
    }

    private func measuredProgram(_ program: Program, batch: Int) -> Program {
        timings.measure(.demands) {
            // The order of steps, and so what lies in the place of what, may change yet, but rarely does.
            let strides = sampleStrides(program, options: planning(batch: batch))
            return measured(program, target: options.target, batch: batch, building: builder) { strides[$0.index] }
        }
    }

    /// Names errors of ours, and the file of the user's.
    private func checked<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as GraphVerificationError {
            throw DriverError("\(error)", exitCode: 70)
        } catch let error as DriverError {
            throw error
        } catch {
            throw DriverError("\(fileName): error: \(error)")
        }
    }

    // MARK: Deferral

    /// The program of the plan `deferred`; nil where the parts of a step leave nothing to its end.
    public func deferredProgram() throws -> Program? {
        guard let gradients = options.deferred, options.plans.contains(.train) else { return nil }
        return try program(of: gradients, batch: stepBatch, partBatch: batch)
    }

    /// The program that makes gradients which have waited. What is kept for them lies in it as it does in the plan `train`.
    func program(of deferred: DeferredGradients, batch: Int, partBatch: Int) throws -> Program {
        let key = DeferralKey(gradients: deferred, batch: batch, partBatch: partBatch)
        if let made = deferrals[key] { return made }
        let made = measuredProgram(
            try unmeasuredProgram(of: deferred, batch: batch, partBatch: partBatch), batch: batch)
        deferrals[key] = made
        return made
    }

    /// The same before kernels have been asked what they need.
    func unmeasuredProgram(of deferred: DeferredGradients, batch: Int, partBatch: Int) throws -> Program {
        let key = DeferralKey(gradients: deferred, batch: batch, partBatch: partBatch)
        if let made = unmeasuredDeferrals[key] { return made }
        let train = try unmeasured(.train, batch: partBatch)
        var leaves: [String: Layout] = [:]
        for id in train.graph.ids { leaves[train.graph[id].name] = train.layout(of: id) }
        let graph = deferred.graph(from: train.graph)
        let made = try unmeasured(graph, leaves: leaves, choice: chooser(graph, batch).choice)
        unmeasuredDeferrals[key] = made
        return made
    }

    /// The same in its places.
    func placed(_ deferred: DeferredGradients, batch: Int, partBatch: Int) throws -> Plan {
        let key = DeferralKey(gradients: deferred, batch: batch, partBatch: partBatch)
        if let made = deferredPlans[key] { return made }
        let made = placed(try program(of: deferred, batch: batch, partBatch: partBatch), batch: batch)
        deferredPlans[key] = made
        return made
    }

    // MARK: Plans

    /// What the planner is asked for.
    func planning(batch: Int) -> PlanningOptions {
        PlanningOptions(strategy: options.strategy, batchCapacity: batch)
    }

    func placed(_ program: Program, batch: Int) -> Plan {
        timings.measure(.planning) { planMemory(program, options: planning(batch: batch)) }
    }

    /// A plan with its values in their places.
    /// - Parameter batch: nil is the one of the options, as it always is for `train`.
    func placed(_ kind: PlanKind, batch: Int? = nil) throws -> Plan {
        let key = PlanKey(kind: kind, batch: batch ?? self.batch(of: kind))
        if let made = plans[key] { return made }
        let program = kind == .train ? try program(.train) : try selected(kind, batch: key.batch)
        let made = placed(program, batch: key.batch)
        plans[key] = made
        return made
    }

    /// One plan with its kernels, verified.
    /// - Throws: `DriverError` for graphs that the plan cannot be made of, and for a plan that is wrong.
    public func lowered(_ kind: PlanKind) throws -> LoweredPlan {
        if let made = knownLowered[kind] { return made }
        var made = try lowered(try placed(kind), LoweredPlan.Kind(kind))
        if kind.isTile { made.tile = try tiled { try TileExactness(made.plan.program) } }
        if let fault = options.plantedFault { made.plant(fault) }
        made = try verified(made)
        knownLowered[kind] = made
        return made
    }

    private func lowered(_ plan: Plan, _ kind: LoweredPlan.Kind) throws -> LoweredPlan {
        timings.measure(.lowering) {
            LoweredPlan(kind, plan: plan, target: options.target, building: builder)
        }
    }

    private func verified(_ lowered: LoweredPlan) throws -> LoweredPlan {
        let violations = timings.measure(.verifying) {
            (verifyPlan(lowered.plan) + lowered.preparationViolations()).map(\.description)
                + lowered.elementViolations().map(\.description)
        }
        guard violations.isEmpty else {
            throw DriverError(
                "the memory plan of \(lowered.name) is wrong, which is a bug of unetc:\n"
                    + violations.joined(separator: "\n"), exitCode: 70)
        }
        return lowered
    }

    /// The plan that makes what the parts of a step have left to its end; nil where they leave nothing.
    private func deferredPlan() throws -> LoweredPlan? {
        guard let gradients = options.deferred, options.plans.contains(.train) else { return nil }
        let plan = try placed(gradients, batch: stepBatch, partBatch: batch)
        return try verified(try lowered(plan, .deferred))
    }

    // MARK: Models

    /// The whole model as source text.
    public func emit() throws -> (model: EmittedModel, plans: [LoweredPlan]) {
        guard graph.loss != nil || !options.plans.contains(.train) else {
            throw DriverError(
                "\(fileName): error: the graph has no loss, so it cannot be trained; "
                    + "add a line such as `loss bce_with_logits(logits, mask)`")
        }
        let plans = try options.plans.map { try lowered($0) } + [try deferredPlan()].compactMap(\.self)
        return (model(of: plans), plans)
    }

    /// Plans as source text.
    package func model(of plans: [LoweredPlan]) -> EmittedModel {
        timings.measure(.printing) {
            var description = ModelDescription(
                compilerVersion: compilerVersion, sourceText: session.text, sourceName: fileName,
                parameters: session.overrides, target: options.target, batchCapacity: batch, graph: graph)
            description.stepBatch = options.stepBatch
            description.memoryBudget = options.memoryBudget
            description.precision = precision
            return EmittedModel(plans: plans, description: description, backend: options.backend, threads: options.jobs)
        }
    }

    // MARK: Budgets

    /// Goes on with a way to train that a search has found, and where it has placed its values.
    /// - Parameters:
    ///   - program: of training, for the samples that go through the net at once, of `stepBatch` in a step.
    ///   - deferred: what the parts of a step leave to its end.
    func adopt(_ program: Program, _ plan: Plan, stepBatch: Int, deferred: DeferredGradients?, budget: Int) {
        options.batch = plan.batchCapacity
        options.stepBatch = stepBatch
        options.memoryBudget = budget
        options.recomputation = .chosen(program)
        options.deferred = deferred
        train = program
        plans[PlanKey(kind: .train, batch: plan.batchCapacity)] = plan
        knownLowered = [:]
    }
}

extension LoweredPlan.Kind {
    init(_ kind: PlanKind) {
        switch kind {
        case .train: self = .train
        case .infer: self = .infer
        case .tile: self = .tile
        case .tileHalf: self = .tileHalf
        case .tileQuarter: self = .tileQuarter
        case .forward: self = .forward
        case .gradients: self = .gradients
        }
    }
}
