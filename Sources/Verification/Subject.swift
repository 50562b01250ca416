import Driver
import Strategy
import Emission
import GraphIR
import Interpreter
import MemoryPlanning
import Passes
import Runtime

/// A compiled graph that is being verified.
struct Subject {
    let session: Session
    let options: CompileOptions
    let compiled: CompiledModel
    /// Of `compiled`; tests put one with a bug into its place.
    var model: Model
    let batch: Int
    let threads: Int

    /// Compiles the graph for this machine; what was compiled before is taken from the cache.
    /// - Throws: `DriverError` when it cannot be compiled, `RuntimeError` when it cannot be loaded.
    init(_ session: Session, _ options: CompileOptions) throws {
        self.session = session
        self.options = options
        compiled = try session.compileSharedObject(options)
        model = try Model.load(path: compiled.product)
        batch = options.batch ?? session.graph.training.batch
        threads = options.jobs
    }

    /// The places of the plans that update nothing and those that do.
    var plans: [(index: Int, lowered: LoweredPlan)] { compiled.plans.enumerated().map { ($0, $1) } }

    func plan(_ kind: LoweredPlan.Kind) -> Int? { compiled.plans.firstIndex { $0.kind == kind } }

    /// An executor of one plan whose parameters have their initial values.
    func executor(_ plan: Int, threads: Int? = nil, optimizer: String? = nil) throws -> Executor {
        let parameters = try ParameterStore(model: model, initialValues: .he, seed: 1)
        let name = compiled.plans[plan].name
        let updates = model.plans[plan].updatesParameters
        return try Executor(
            model: model, parameters: parameters, plans: [name], threads: threads ?? self.threads,
            optimizer: updates ? optimizer ?? session.graph.training.optimizer.name : nil)
    }

    /// Fills what callers write before a run, with the same random values each time.
    func feed(_ executor: Executor, _ handle: PlanHandle, plan: Int) throws {
        let graph = compiled.plans[plan].graph
        for tensor in model.plans[plan].inputs {
            guard let id = graph.id(named: tensor.name) else { continue }
            var values = RandomValues(name: tensor.name)
            for sample in 0..<batch {
                try executor.withInput(tensor.name, plan: handle, sample: sample) { memory in
                    values.fill(memory, .fed(id, in: graph))
                }
            }
        }
    }

    /// Runs a plan once, as `body` does it, from the same start each time.
    func run<Result>(
        _ plan: Int, threads: Int? = nil, _ body: (Executor, PlanHandle, StepScalars) throws -> Result
    ) throws -> Result {
        let executor = try executor(plan, threads: threads)
        let handle = try executor.plan(compiled.plans[plan].name)
        try feed(executor, handle, plan: plan)
        return try body(executor, handle, .adam(step: 1, learningRate: 1e-3))
    }

    // MARK: Who is at fault

    /// A fault of a step's kernel.
    func fault(plan: Int, step: Int, _ message: String) -> VerificationFault {
        let info = model.plans[plan].steps[step]
        let kernel = compiled.kernels[plan][step]
        return VerificationFault(
            step: info.name, source: info.source, kernel: kernel?.function, place: kernel.map(compiled.place),
            message: "plan \(compiled.plans[plan].name), \(info.operation), \(info.algorithm): \(message)")
    }
}
