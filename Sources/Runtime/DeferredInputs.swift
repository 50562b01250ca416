import ModelABI

/// What weight gradients are made of that wait until all parts of a step have been through the net.
///
/// The plan `train` lacks the steps that make them; the plan `deferred` has them, and takes what is kept here as its
/// inputs. Both have it in the same layout, so that it is copied sample by sample as it lies.
final class DeferredInputs {
    /// A tensor of `train`, and where its samples are kept.
    private struct Source {
        /// The step behind which it is complete.
        var step: Int
        var tensor: TensorInfo
        /// What `deferred` reads.
        var input: TensorInfo
        var offset: Int
        var isGradient: Bool { input.role == .cotangent }
        var sampleBytes: Int { tensor.sampleBytes }
    }

    /// The plans' places in the model.
    let train: Int
    let deferred: Int
    /// Samples that fit.
    let capacity: Int
    /// Samples that are there.
    private(set) var count = 0
    private let sources: [Source]
    private var next = 0
    private let memory: MappedMemory

    /// nil for a model without the plan `deferred`.
    /// - Throws: `RuntimeError` for too little memory, and for tables that do not belong together.
    init?(model: Model, plans: [Int]) throws {
        guard let deferred = model.deferredPlan, plans.contains(deferred),
            let train = model.plans.firstIndex(where: { $0.purpose == .train })
        else { return nil }
        self.train = train
        self.deferred = deferred
        capacity = model.plans[deferred].batchCapacity
        var offset = 0
        var sources: [Source] = []
        for input in model.plans[deferred].inputs {
            let (tensor, step) = try model.plans[train].tensor(completedAs: input)
            sources.append(Source(step: step, tensor: tensor, input: input, offset: offset))
            offset += capacity * tensor.sampleBytes
        }
        self.sources = sources.sorted { ($0.step, $0.offset) < ($1.step, $1.offset) }
        memory = try MappedMemory(bytes: offset, for: "what weight gradients are made of")
    }

    /// What is kept for so many samples, in bytes.
    static func bytes(model: Model) -> Int {
        guard let plan = model.deferredPlan.map({ model.plans[$0] }) else { return 0 }
        return plan.inputs.reduce(0) { $0 + plan.batchCapacity * $1.sampleBytes }
    }

    func touch(with pool: WorkerPool) { pool.touch(memory) }

    /// Before a run of the plan `train`.
    /// - Throws: `RuntimeError` when its samples do not fit beside those that are there.
    func begin(batch: Int) throws {
        guard count + batch <= capacity else {
            throw RuntimeError(
                "\(count) samples wait for the plan \"deferred\", which takes \(capacity): \(batch) more do not fit")
        }
        next = 0
    }

    /// Behind a step of such a run: copies what it has completed. Gradients count `weight` times.
    func keep(after step: Int, batch: Int, weight: Float, from bases: TensorBases) {
        while next < sources.count, sources[next].step == step {
            let source = sources[next]
            for sample in 0..<batch {
                guard let values = bases.pointer(source.tensor, sample: sample) else { continue }
                let place = memory.floats(at: source.offset + (count + sample) * source.sampleBytes)
                place.update(from: values, count: source.tensor.elementCount)
                guard source.isGradient, weight != 1 else { continue }
                for index in 0..<source.tensor.elementCount { place[index] *= weight }
            }
            next += 1
        }
    }

    /// Behind the last step.
    func finish(batch: Int) { count += batch }

    /// Writes all that is kept where the plan `deferred` reads it, and forgets it.
    /// - Returns: how many samples it was.
    func release(into bases: TensorBases) -> Int {
        defer { count = 0 }
        for source in sources {
            for sample in 0..<count {
                let values = memory.floats(at: source.offset + sample * source.sampleBytes)
                bases.pointer(source.input, sample: sample)?.update(from: values, count: source.tensor.elementCount)
            }
        }
        return count
    }

    func forget() { count = 0 }

    func giveBack() {
        forget()
        memory.giveBack()
    }
}

extension Model {
    /// The plan that makes the weight gradients which the plan `train` leaves to the end of a step.
    var deferredPlan: Int? { plans.firstIndex { $0.purpose == .deferred } }

    /// Samples that the plan `deferred` takes at once; nil for a model without one.
    public var deferredCapacity: Int? { deferredPlan.map { plans[$0].batchCapacity } }

    /// The plans of those names, and behind `train` what it leaves to do.
    func planIndices(_ names: [String]) throws -> [Int] {
        let indices = try names.map(planIndex)
        let trains = indices.contains { plans[$0].purpose == .train }
        guard trains, let deferredPlan, !indices.contains(deferredPlan) else { return indices }
        return indices + [deferredPlan]
    }
}

extension PlanInfo {
    /// The tensor that another plan has as an input, and the last step that writes it, what it is a part of, or its parts.
    fileprivate func tensor(completedAs input: TensorInfo) throws -> (TensorInfo, step: Int) {
        guard let index = tensors.firstIndex(where: { $0.name == input.name && $0.role == .value }),
            let step = steps.lastIndex(where: { writes($0, index) }),
            tensors[index].elementCount == input.elementCount, tensors[index].element == input.element
        else {
            throw RuntimeError("plan \"\(name)\" does not make \"\(input.name)\", which the plan \"deferred\" reads")
        }
        return (tensors[index], step)
    }

    private func writes(_ step: StepInfo, _ tensor: Int) -> Bool {
        step.operands?.contains { operand in
            operand.access != .read
                && (wholes(of: operand.tensor).contains(tensor) || wholes(of: tensor).contains(operand.tensor))
        } ?? false
    }

    /// The tensor itself, what it is a part of, and so on.
    private func wholes(of tensor: Int) -> [Int] {
        var wholes = [tensor]
        while let whole = tensors[wholes[wholes.count - 1]].partOf, !wholes.contains(whole) { wholes.append(whole) }
        return wholes
    }
}
