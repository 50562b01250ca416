import ModelABI
import ThreadPool

/// Sums of gradients over the runs of a step, and what is made of them.
final class GradientSums {
    /// What the steps of those plans do instead of the optimiser.
    let kernel: unetc_kernel
    /// The plans' places in the model.
    let plans: [Int]
    /// Buffers of equal length, one after the other.
    private let memory: MappedMemory
    let buffers: Int
    /// Floats of a buffer.
    private let length: Int
    /// Where a parameter's sum lies in each buffer, by the parameter's place.
    private let offsets: [Int: Int]
    private let addition: FloatAddition
    private let updates: ParameterCalls
    private let squares: ParameterCalls
    /// A Double for each task of `squares`.
    private let partialSums: MappedMemory
    private let partialCount: Int

    /// - Parameters:
    ///   - plans: those whose updates are made from sums.
    ///   - buffers: from 1; the optimiser takes its step with the first one.
    /// - Throws: `RuntimeError` for too little memory, no optimiser, or a model without a kernel that sums gradients.
    init(
        model: Model, plans: [Int], buffers: Int, optimizer: String?, parameters: ParameterStore, context: CallContext,
        pool: WorkerPool
    ) throws {
        guard let kernel = model.tables.pointer.pointee.accumulate else {
            throw RuntimeError.noKernel("sums of gradients")
        }
        let plans = plans.filter(model.hasOptimizerSteps)
        guard let plan = plans.first, let step = try model.optimizerKernel(optimizer, plan: plan)
        else { throw RuntimeError("sums of gradients were asked for, but no plan updates parameters") }
        self.plans = plans
        let updated = plans.flatMap(model.updatedParameters).filter { context.scalars(of: $0.name) != nil }
        let bytes = updated.reduce(0) { $0 + $1.paddedBytes }
        let memory = try MappedMemory(bytes: bytes * buffers, for: "the sums of gradients")
        self.buffers = buffers
        length = bytes / MemoryLayout<Float>.stride
        var offsets: [Int: Int] = [:]
        var end = 0
        for parameter in updated {
            offsets[parameter.offset] = end
            end += parameter.paddedBytes
        }
        self.offsets = offsets
        let sum = { (parameter: ParameterInfo) in offsets[parameter.offset].map(memory.floats) }
        pool.touch(memory)
        partialCount = updated.reduce(0) { $0 + squareTasks($1) }
        partialSums = try MappedMemory(
            bytes: MemoryLayout<Double>.stride * partialCount, for: "the norm of the gradients")
        updates = ParameterCalls(
            step,
            updated.map { parameter in
                let state = (1...2).map {
                    parameters.state($0, at: parameter.offset)?.assumingMemoryBound(to: Float.self)
                }
                return ParameterCalls.Operands(
                    pointers: [
                        parameters.parameters.address(at: parameter.offset), sum(parameter),
                    ] + state, count: parameter.elementCount, tasks: model.updateTasks(parameter),
                    scalars: context.scalars(of: parameter.name))
            }, context: context)
        var calls: [ParameterCalls.Operands] = []
        var first = 0
        for parameter in updated {
            calls.append(
                ParameterCalls.Operands(
                    pointers: [sum(parameter), partialSums.floats(at: MemoryLayout<Double>.stride * first)],
                    count: parameter.elementCount, tasks: squareTasks(parameter)))
            first += squareTasks(parameter)
        }
        squares = ParameterCalls(sumSquares, calls, context: context)
        addition = FloatAddition(context: context)
        self.kernel = kernel
        self.memory = memory
    }

    /// What a buffer of sums over the updates of those plans takes, in bytes.
    static func bytes(model: Model, plans: [Int]) -> Int {
        plans.filter(model.hasOptimizerSteps).flatMap(model.updatedParameters).reduce(0) { $0 + $1.paddedBytes }
    }

    /// Where the sum of a parameter's gradients lies.
    func sum(of parameter: TensorInfo, buffer: Int = 0) -> UnsafeMutablePointer<Float>? {
        offsets[parameter.offset].map { memory.floats(at: $0) + buffer * length }
    }

    /// The numbers of a buffer, as long as the sums live.
    func floats(of buffer: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: memory.floats(at: 0) + buffer * length, count: length)
    }

    /// Where a parameter's sum lies among the numbers of a buffer; nil for one that is held.
    func range(of parameter: TensorInfo) -> Range<Int>? {
        offsets[parameter.offset].map { offset in
            let start = offset / MemoryLayout<Float>.stride
            return start..<start + parameter.elementCount
        }
    }

    /// Adds one buffer to another.
    func add(_ from: Int, to into: Int, on pool: WorkerPool) { add(0..<length, of: from, to: into, on: pool) }

    /// Adds numbers of one buffer to those of another.
    func add(_ range: Range<Int>, of from: Int, to into: Int, on pool: WorkerPool) {
        let start = memory.floats(at: 0) + range.lowerBound
        addition.run(start + from * length, to: start + into * length, count: range.count, on: pool)
    }

    /// Begins sums in a buffer with nothing.
    func clear(_ range: Range<Int>, buffer: Int) {
        (memory.floats(at: 0) + buffer * length + range.lowerBound).update(repeating: 0, count: range.count)
    }

    /// Gives the sums back, which are lost.
    func giveBack() { memory.giveBack() }

    /// The optimiser's step on all parameters.
    func applyUpdates(on pool: WorkerPool) { updates.run(on: pool) }

    /// The square root of the sum of all squares, in Double: over fixed pieces, whose sums are added in their order.
    func norm(on pool: WorkerPool) -> Double {
        squares.run(on: pool)
        let sums = partialSums.base.assumingMemoryBound(to: Double.self)
        return (0..<partialCount).reduce(0) { $0 + sums[$1] }.squareRoot()
    }
}

extension Model {
    /// The parameters that a plan leaves to an optimiser, in the order of its steps.
    fileprivate func updatedParameters(plan index: Int) -> [ParameterInfo] {
        let table = tables.pointer.pointee.plans[index]
        return (0..<Int(table.step_count)).compactMap { place in
            guard table.steps[place].kernel == nil else { return nil }
            let tensor = plans[index].tensors[Int(table.steps[place].operands[0])]
            return parameters.first { $0.name == tensor.name }
        }
    }
}

extension ParameterInfo {
    /// Bytes up to where a next one may start.
    fileprivate var paddedBytes: Int { (bytes + 63) / 64 * 64 }
}

/// Elements whose squares one task adds.
private let squareChunk = 1 << 14

private func squareTasks(_ parameter: ParameterInfo) -> Int { (parameter.elementCount + squareChunk - 1) / squareChunk }

/// Task t adds the squares of chunk t of the first operand into Double t of the second.
///
/// A square of a Float is exact in Double, so that the bits do not depend on whether the machine fuses products and sums.
private let sumSquares: unetc_kernel = { call, task in
    guard let call = call?.pointee, let operands = call.operands, let results = operands[1],
        let values = operands[0]?.assumingMemoryBound(to: Float.self)
    else { return }
    let end = min((Int(task) + 1) * squareChunk, Int(call.count))
    var place = Int(task) * squareChunk
    var lanes = SIMD8<Double>.zero
    while place + 8 <= end {
        let eight = SIMD8<Double>(UnsafeRawPointer(values + place).loadUnaligned(as: SIMD8<Float>.self))
        lanes += eight * eight
        place += 8
    }
    let four = lanes.lowHalf + lanes.highHalf
    var sum = (four[0] + four[1]) + (four[2] + four[3])
    while place < end {
        sum += Double(values[place]) * Double(values[place])
        place += 1
    }
    results.storeBytes(of: sum, toByteOffset: MemoryLayout<Double>.stride * Int(task), as: Double.self)
}
