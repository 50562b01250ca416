import Base
import ModelABI

import Platform

/// Running with poison: all memory that holds no value is full of signalling NaN, so that whatever is computed of it is
/// no number. For debugging, at several times the time.
extension Executor {
    /// A signalling NaN that no computation makes; as an operand it becomes a quiet one.
    static let poison: UInt32 = 0x7fa5_7fa5

    /// Runs like `run` and computes the same, but with poison in all parts of the arena and of the threads' scratch that
    /// hold no value: before the first step all but what was fed, and behind each step what it was the last to read.
    ///
    /// What holds a value is told from what the tables say that each step reads and writes, not from the planner. A result
    /// in the place of an operand is computed a second time with that operand elsewhere, and must not differ.
    /// - Throws: `RuntimeError` as `run` does, and for a model whose tables do not say what steps read and write.
    public func runPoisoned(
        _ plan: PlanHandle, batch: Int, scalars: StepScalars = StepScalars()
    ) throws -> PoisonedRun {
        let bound = try bound(plan)
        let history = try history(of: bound, batch: batch)
        let keeping = try keeping(plan, batch: batch)
        let (steps, preparationsAreDue) = try begin(plan, batch: batch, scalars: scalars)
        var fault: MemoryFault?
        var fingerprints = [UInt64](repeating: 0, count: steps.count)
        history.freeAtStart.forEach(poison)
        for (index, step) in steps.enumerated() where preparationsAreDue || !step.isPreparation {
            context.fillWorkspaces(with: Self.poison)
            let info = bound.info.steps[index]
            let asked = history.steps[index]
            if fault == nil, let misread = asked.misread {
                fault = MemoryFault(step: info, tensor: misread.tensor, kind: .overwritten(by: misread.holder))
            }
            let unfit = execute(step, of: bound, index, batch: batch, inPlace: asked.inPlace)
            keeping?.keep(after: index, batch: batch, weight: Float(scalars.gradientWeight), from: bases)
            fault = fault ?? unfit ?? brokenResult(of: bound, index, batch: batch)
            fingerprints[index] = fingerprint(of: bound, index, batch: batch)
            asked.freed.forEach(poison)
        }
        if fault == nil, let lost = history.lostResult {
            fault = MemoryFault(step: nil, tensor: lost.tensor, kind: .overwritten(by: lost.holder))
        }
        keeping?.finish(batch: batch)
        current = (plan, batch)
        return PoisonedRun(fault: fault, fingerprints: StepFingerprints(values: fingerprints))
    }

    /// Runs like `run`, noting what each step makes: to find the first step at which two runs differ.
    /// - Throws: `RuntimeError` as `runPoisoned` does.
    public func runFingerprinted(
        _ plan: PlanHandle, batch: Int, scalars: StepScalars = StepScalars()
    ) throws -> StepFingerprints {
        let bound = try bound(plan)
        _ = try bound.operandUses()
        var values = [UInt64](repeating: 0, count: bound.steps.count)
        try run(plan, batch: batch, scalars: scalars) { index in
            values[index] = fingerprint(of: bound, index, batch: batch)
        }
        return StepFingerprints(values: values)
    }

    private func history(of bound: BoundPlan, batch: Int) throws -> ArenaHistory {
        ArenaHistory(
            tensors: bound.placedTensors, operands: try bound.operandUses(), arenaBytes: memory.arena, batch: batch)
    }

    private func poison(_ range: Range<Int>) {
        // The end of a value of smaller elements may lie within a word, whose other half nobody has either way.
        let size = MemoryLayout<UInt32>.stride
        let words = (range.lowerBound + size - 1) / size * size..<range.upperBound / size * size
        if !words.isEmpty { bases.arena.fill(words, with: Self.poison) }
    }

    // MARK: Results in place of operands

    /// Executes a step; results that take the place of an operand once more with a copy of that operand.
    private func execute(
        _ step: BoundPlan.Step, of bound: BoundPlan, _ index: Int, batch: Int, inPlace: [(written: Int, read: Int)]
    ) -> MemoryFault? {
        guard let uses = bound.info.steps[index].operands, !inPlace.isEmpty else {
            execute(step, batch: batch)
            return nil
        }
        let tensors = uses.map { bound.placedTensors[$0.tensor] }
        var copies: [Int: [UInt8]] = [:]
        for pair in inPlace { copies[pair.read] = bytes(of: tensors[pair.read], batch: batch) }
        execute(step, batch: batch)
        let written = Set(inPlace.map(\.written)).sorted()
        let results = written.map { bytes(of: tensors[$0], batch: batch) }
        execute(step, batch: batch, with: copies)
        for (position, result) in zip(written, results) where bytes(of: tensors[position], batch: batch) != result {
            let operand = inPlace.first { $0.written == position }.map { tensors[$0.read].name } ?? ""
            return MemoryFault(
                step: bound.info.steps[index], tensor: tensors[position].name, kind: .unfitInPlace(of: operand))
        }
        return nil
    }

    /// Everything from the first sample of a tensor to the end of the last.
    private func bytes(of tensor: TensorInfo, batch: Int) -> [UInt8] {
        guard let base = bases.address(tensor) else { return [] }
        let samples = tensor.isBatched ? batch : 1
        let count = (samples - 1) * tensor.sampleStride + tensor.sampleBytes
        return Array(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Executes a step with other memory for some of its operands.
    private func execute(_ step: BoundPlan.Step, batch: Int, with copies: [Int: [UInt8]]) {
        let count = step.operandCount
        let operands = UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>.allocate(capacity: count)
        defer { operands.deallocate() }
        _ = operands.initialize(fromContentsOf: UnsafeBufferPointer(start: step.calls.pointee.operands, count: count))
        var memories: [UnsafeMutableRawPointer] = []
        defer { memories.forEach { $0.deallocate() } }
        for (position, bytes) in copies.sorted(by: { $0.key < $1.key }) {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 64)
            bytes.withUnsafeBytes {
                memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: $0.count)
            }
            operands[position] = memory
            memories.append(memory)
        }
        let calls = (0..<threads).map { thread in
            var call = step.calls[thread]
            call.operands = UnsafePointer(operands.baseAddress)
            return call
        }
        calls.withUnsafeBufferPointer { calls in
            guard let base = calls.baseAddress else { return }
            pool.run(step.kernel, base, count: step.tasksPerSample * batch + step.fixedTasks)
        }
    }

    // MARK: A look at results

    /// The tensors that a step fills, wherever they lie.
    private func written(_ bound: BoundPlan, _ index: Int) -> [TensorInfo] {
        (bound.info.steps[index].operands ?? []).filter { $0.access != .read }.map { bound.placedTensors[$0.tensor] }
            .filter { $0.role != .scratch }
    }

    private func brokenResult(of bound: BoundPlan, _ index: Int, batch: Int) -> MemoryFault? {
        for tensor in written(bound, index) {
            guard let value = firstBroken(tensor, batch: batch) else { continue }
            return MemoryFault(step: bound.info.steps[index], tensor: tensor.name, kind: .broken(value))
        }
        return nil
    }

    private func fingerprint(of bound: BoundPlan, _ index: Int, batch: Int) -> UInt64 {
        var hash = FNV1a()
        for tensor in written(bound, index) {
            for sample in 0..<(tensor.isBatched ? batch : 1) {
                bases.withValues(tensor, sample: sample) { for value in $0 { hash.add(UInt64(value.bitPattern)) } }
            }
        }
        return hash.value
    }
}
