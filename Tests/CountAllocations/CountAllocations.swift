import Runtime

#if canImport(Glibc)
import Glibc
#endif

/// Takes steps of a model's plan `train` and prints how often memory was asked for meanwhile, and by how many bytes the
/// program has grown: `count-allocations MODEL STEPS`, with the counting library in LD_PRELOAD.
@main struct CountAllocations {
    private let executor: Executor
    private let plan: PlanHandle
    private let inputs: [TensorInfo]

    static func main() throws {
        guard CommandLine.arguments.count == 3, let steps = Int(CommandLine.arguments[2]),
            let symbol = dlsym(nil, "unetc_allocations")
        else { fatalError("usage: count-allocations MODEL STEPS, with the counting library preloaded") }
        typealias Counter = @convention(c) () -> UInt64
        let allocations = unsafeBitCast(symbol, to: Counter.self)
        let training = try CountAllocations(model: CommandLine.arguments[1])
        // Asking for the first time brings in code of its own.
        _ = MemoryUse.residentBytes()
        for number in 1...10 { try training.step(number) }
        let resident = MemoryUse.residentBytes() ?? 0
        let before = allocations()
        for number in 11...(10 + steps) { try training.step(number) }
        let count = allocations() - before
        print("\(count) \((MemoryUse.residentBytes() ?? 0) - resident)")
    }

    private init(model path: String) throws {
        let model = try Model.load(path: path)
        let parameters = try ParameterStore(model: model, initialValues: .he, seed: 0)
        executor = try Executor(model: model, parameters: parameters, plans: ["train"], threads: 2, optimizer: "adam")
        plan = try executor.plan("train")
        inputs = try model.plan("train").inputs
    }

    private func step(_ number: Int) throws {
        let batch = executor.model.batchCapacity
        for tensor in inputs {
            for sample in 0..<batch {
                try executor.withInput(tensor.name, plan: plan, sample: sample) { values in
                    for index in values.indices { values[index] = Float((index &* 7 &+ number) % 11) / 11 }
                }
            }
        }
        try executor.run(plan, batch: batch, scalars: .adam(step: number, learningRate: 1e-4))
    }
}
