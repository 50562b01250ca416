// Takes steps of a model's plan `train` and prints how often memory was asked for meanwhile, and by how much the program
// has grown: `count-allocations MODEL STEPS`, with the counting library in LD_PRELOAD.
import Runtime

#if canImport(Glibc)
import Glibc
#endif

typealias Counter = @convention(c) () -> UInt64

func fail(_ message: String) -> Never {
    print(message)
    exit(2)
}

guard CommandLine.arguments.count == 3, let steps = Int(CommandLine.arguments[2]) else { fail("usage: MODEL STEPS") }
guard let symbol = dlsym(nil, "unetc_allocations") else { fail("the counting library is not preloaded") }
let allocations = unsafeBitCast(symbol, to: Counter.self)

let model = try Model.load(path: CommandLine.arguments[1])
let parameters = try ParameterStore(model: model, initialValues: .he, seed: 0)
let executor = try Executor(model: model, parameters: parameters, plans: ["train"], threads: 2, optimizer: "adam")
let plan = try executor.plan("train")
let inputs = try model.plan("train").inputs

func step(_ number: Int) throws {
    for tensor in inputs {
        for sample in 0..<model.batchCapacity {
            try executor.withInput(tensor.name, plan: plan, sample: sample) { values in
                for index in values.indices { values[index] = Float((index &* 7 &+ number) % 11) / 11 }
            }
        }
    }
    try executor.run(plan, batch: model.batchCapacity, scalars: .adam(step: number, learningRate: 1e-4))
}

for number in 1...10 { try step(number) }
let resident = MemoryUse.residentBytes() ?? 0
let before = allocations()
for number in 11...(10 + steps) { try step(number) }
let count = allocations() - before
print("\(count) \((MemoryUse.residentBytes() ?? 0) - resident)")
