import Runtime

import Platform

/// Takes steps of a model's plan `train` and prints how often each was asked for memory, and by how many bytes the program
/// has grown: `count-allocations MODEL STEPS`, with the counting library in LD_PRELOAD.
///
/// Prints three numbers: requests while inputs were written, while steps ran, and the growth. This program's own loops are
/// not counted: without optimisation they ask for memory themselves. The first half of the steps is recorded.
@main struct CountAllocations {
    private let executor: Executor
    private let allocations: @convention(c) () -> UInt64
    private let plan: PlanHandle
    private let recorder: RunRecorder
    private let inputs: [TensorInfo]

    static func main() throws {
        guard CommandLine.arguments.count == 3, let steps = Int(CommandLine.arguments[2]),
            let symbol = dlsym(nil, "unetc_allocations")
        else { fatalError("usage: count-allocations MODEL STEPS, with the counting library preloaded") }
        typealias Counter = @convention(c) () -> UInt64
        let training = try CountAllocations(
            model: CommandLine.arguments[1], recorded: 10 + steps / 2,
            allocations: unsafeBitCast(symbol, to: Counter.self))
        // Asking for the first time brings in code of its own.
        _ = MemoryUse.residentBytes()
        for number in 1...10 { _ = try training.step(number) }
        let resident = MemoryUse.residentBytes() ?? 0
        var requests: (writing: UInt64, running: UInt64) = (0, 0)
        for number in 11...(10 + steps) {
            let step = try training.step(number)
            requests = (requests.writing + step.writing, requests.running + step.running)
        }
        let growth = (MemoryUse.residentBytes() ?? 0) - resident
        print("\(requests.writing) \(requests.running) \(growth)")
    }

    private init(model path: String, recorded: Int, allocations: @escaping @convention(c) () -> UInt64) throws {
        self.allocations = allocations
        let model = try Model.load(path: path)
        let parameters = try ParameterStore(model: model, initialValues: .he, seed: 0)
        executor = try Executor(model: model, parameters: parameters, plans: ["train"], threads: 2, optimizer: "adam")
        plan = try executor.plan("train")
        recorder = try RunRecorder(plan, of: executor, capacity: recorded)
        inputs = try model.plan("train").inputs
    }

    /// Requests for memory while inputs are written, and while the step runs.
    private func step(_ number: Int) throws -> (writing: UInt64, running: UInt64) {
        let batch = executor.model.batchCapacity
        var writing: UInt64 = 0
        for tensor in inputs {
            for sample in 0..<batch {
                let before = allocations()
                let memory = try executor.withInput(tensor.name, plan: plan, sample: sample) { $0 }
                writing += allocations() - before
                for index in memory.indices { memory[index] = Float((index &* 7 &+ number) % 11) / 11 }
            }
        }
        let before = allocations()
        try executor.runRecorded(
            plan, batch: batch, scalars: .adam(step: number, learningRate: 1e-4), label: number, in: recorder)
        return (writing, allocations() - before)
    }
}
