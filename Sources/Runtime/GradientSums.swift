import ModelABI

/// Sums of gradients over the runs of a step, which lie like the parameters, and what is made of them.
final class GradientSums {
    /// What the steps of a plan do instead of the optimiser.
    let kernel: unetc_kernel
    let memory: MappedMemory
    private let updates: ParameterCalls
    private let squares: ParameterCalls
    /// A Double for each task of `squares`.
    private let partialSums: MappedMemory
    private let partialCount: Int

    /// - Parameter plans: those whose updates are made from sums.
    /// - Throws: `RuntimeError` for too little memory, no optimiser, or a model without a kernel that sums gradients.
    init(
        model: Model, plans: [Int], optimizer: String?, parameters: ParameterStore, context: CallContext,
        pool: WorkerPool
    ) throws {
        guard let kernel = model.tables.pointer.pointee.accumulate else {
            throw RuntimeError.noKernel("sums of gradients")
        }
        guard let plan = plans.first(where: model.hasOptimizerSteps),
            let step = try model.optimizerKernel(optimizer, plan: plan)
        else { throw RuntimeError("sums of gradients were asked for, but no plan updates parameters") }
        let updated = model.updatedParameters(plan: plan)
        let memory = try MappedMemory(bytes: model.parameterBytes, for: "the sums of gradients")
        pool.touch(memory)
        partialCount = updated.reduce(0) { $0 + squareTasks($1) }
        partialSums = try MappedMemory(bytes: 8 * partialCount, for: "the norm of the gradients")
        updates = ParameterCalls(
            step,
            updated.map { parameter in
                let state = (1...2).map { (try? parameters.moment($0))?.floats(at: parameter.offset) }
                return ParameterCalls.Operands(
                    pointers: [
                        parameters.parameters.address(at: parameter.offset), memory.floats(at: parameter.offset),
                    ] + state, count: parameter.elementCount, tasks: model.updateTasks(parameter))
            }, context: context)
        var calls: [ParameterCalls.Operands] = []
        var first = 0
        for parameter in updated {
            calls.append(
                ParameterCalls.Operands(
                    pointers: [memory.floats(at: parameter.offset), partialSums.floats(at: 8 * first)],
                    count: parameter.elementCount, tasks: squareTasks(parameter)))
            first += squareTasks(parameter)
        }
        squares = ParameterCalls(sumSquares, calls, context: context)
        self.kernel = kernel
        self.memory = memory
    }

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

/// Elements whose squares one task adds.
private let squareChunk = 1 << 14

private func squareTasks(_ parameter: ParameterInfo) -> Int { (parameter.elementCount + squareChunk - 1) / squareChunk }

/// Task t adds the squares of chunk t of the first operand into Double t of the second.
///
/// A square of a Float is exact in Double, so that the bits do not depend on whether the machine fuses products and sums.
private let sumSquares: unetc_kernel = { call, task in
    guard let call = call?.pointee, let operands = call.operands, let values = operands[0],
        let results = UnsafeMutableRawPointer(operands[1])
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
    results.storeBytes(of: sum, toByteOffset: 8 * Int(task), as: Double.self)
}
