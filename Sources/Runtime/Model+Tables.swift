import Base
import ModelABI

/// Reads the tables of a model into Swift values, checking everything that the executor relies on.
///
/// A contradiction is a bug of the compiler; it is found here, before it becomes a wild pointer.
struct TableReader {
    let model: unetc_model

    func plans() throws -> [PlanInfo] {
        guard model.batch_capacity >= 1 else { throw broken("its batch capacity is \(model.batch_capacity)") }
        return try elements(model.plans, model.plan_count, "plans").map(plan)
    }

    func optimizers() throws -> [OptimizerInfo] {
        try elements(model.optimizers, model.optimizer_count, "optimizers").map { optimizer in
            let name = text(optimizer.name)
            guard (0...2).contains(optimizer.moments), optimizer.kernel != nil else {
                throw broken("optimizer \"\(name)\" has \(optimizer.moments) moments or no kernel")
            }
            return OptimizerInfo(name: name, moments: Int(optimizer.moments))
        }
    }

    /// The parameters of all plans, each once, in order of their offsets.
    func parameters() throws -> [ParameterInfo] {
        var found: [String: ParameterInfo] = [:]
        for plan in try elements(model.plans, model.plan_count, "plans") {
            for tensor in try elements(plan.tensors, plan.tensor_count, "tensors")
            where tensor.role == UNETC_ROLE_PARAMETER {
                let parameter = try parameter(tensor)
                if let other = found[parameter.name], other != parameter {
                    throw broken("parameter \"\(parameter.name)\" differs between its plans")
                }
                found[parameter.name] = parameter
            }
        }
        let sorted = found.values.sorted { ($0.offset, $0.name) < ($1.offset, $1.name) }
        for (a, b) in zip(sorted, sorted.dropFirst()) where a.offset + a.bytes > b.offset {
            throw broken("parameters \"\(a.name)\" and \"\(b.name)\" overlap")
        }
        return sorted
    }

    func size(_ bytes: UInt64, _ what: String) throws -> Int {
        // Far below Int.max, so that sums of a few sizes never overflow.
        guard bytes <= 1 << 48 else { throw broken("\(what) has \(bytes) bytes") }
        return Int(bytes)
    }

    private func plan(_ plan: unetc_plan) throws -> PlanInfo {
        let name = text(plan.name)
        guard let purpose = PlanPurpose(rawValue: plan.kind) else {
            throw broken("plan \"\(name)\" is of kind \(plan.kind)")
        }
        let arena = try size(plan.arena_bytes, "the arena of plan \"\(name)\"")
        let prepared = try size(plan.prepared_bytes, "the prepared region of plan \"\(name)\"")
        let largest = try size(plan.prepared_largest_bytes, "a prepared tensor of plan \"\(name)\"")
        let derived = try size(plan.derived_bytes, "the derived region of plan \"\(name)\"")
        let capacity = Int(plan.batch_capacity == 0 ? model.batch_capacity : plan.batch_capacity)
        guard capacity >= 1 else {
            throw broken("the batch capacity of plan \"\(name)\" is \(capacity)")
        }
        let tensors = try elements(plan.tensors, plan.tensor_count, "tensors").map {
            try tensor($0, arena: arena, prepared: prepared, derived: derived, batchCapacity: capacity)
        }
        let rows = try elements(plan.steps, plan.step_count, "steps")
        for row in rows { try checkOperands(row, tensors: tensors) }
        for tensor in tensors where !tensors.indices.contains(tensor.partOf ?? 0) {
            throw broken("tensor \"\(tensor.name)\" is part of tensor \(tensor.partOf ?? 0) of \(tensors.count)")
        }
        try checkPrepared(tensors, largest: largest)
        try checkPreparations(rows, tensors: tensors)
        return PlanInfo(
            name: name, purpose: purpose, arenaBytes: arena, preparedBytes: prepared, largestPreparedBytes: largest,
            derivedBytes: derived, batchCapacity: capacity, tiling: try tiling(plan), tensors: tensors,
            steps: try rows.map(step))
    }

    private func tiling(_ plan: unetc_plan) throws -> TilingInfo? {
        guard let row = plan.tiling?.pointee else { return nil }
        let axes = { (pair: (Int32, Int32), least: Int32) throws -> TilingInfo.Axes in
            guard pair.0 >= least, pair.1 >= least else {
                throw broken("the tiles of plan \"\(text(plan.name))\" have an alignment or a halo of \(pair)")
            }
            return TilingInfo.Axes(rows: Int(pair.0), columns: Int(pair.1))
        }
        return TilingInfo(
            alignment: try axes(row.alignment, 1), haloBefore: try axes(row.halo_before, 0),
            haloAfter: try axes(row.halo_after, 0))
    }

    private func tensor(
        _ tensor: unetc_tensor, arena: Int, prepared: Int, derived: Int, batchCapacity: Int
    ) throws -> TensorInfo {
        let name = text(tensor.name)
        guard let role = TensorRole(rawValue: tensor.role), let region = TensorRegion(rawValue: tensor.region),
            let element = ElementType(abi: tensor.element)
        else {
            throw broken(
                "tensor \"\(name)\" has role \(tensor.role), region \(tensor.region) and elements of type "
                    + "\(tensor.element)")
        }
        guard element == .float32 || role == .value else {
            throw broken("tensor \"\(name)\", which others write or read, is stored as \(element.rawValue)")
        }
        let info = TensorInfo(
            name: name, role: role, region: region, shape: try shape(tensor), isBatched: tensor.batched != 0,
            offset: try size(tensor.offset, "the offset of \"\(name)\""), bytes: try size(tensor.bytes, "\"\(name)\""),
            sampleStride: try size(tensor.sample_stride, "the stride of \"\(name)\""),
            partOf: tensor.part_of > 0 ? Int(tensor.part_of) - 1 : nil, element: element)
        switch region {
        case .arena: try checkPlace(info, limit: arena, batchCapacity)
        case .prepared: try checkPlace(info, limit: prepared, batchCapacity)
        case .derived: try checkPlace(info, limit: derived, batchCapacity)
        case .parameters, .moment1, .moment2:
            try checkPlace(info, limit: try size(model.parameter_bytes, "the parameter region"), batchCapacity)
        }
        return info
    }

    /// The last element of the last sample must lie within the region.
    private func checkPlace(_ tensor: TensorInfo, limit: Int, _ batchCapacity: Int) throws {
        let block = tensor.sampleBytes
        let samples = tensor.isBatched ? batchCapacity : 1
        let span = block == 0 ? 0 : (samples - 1) * tensor.sampleStride + block
        let size = tensor.element.bytes
        guard tensor.offset.isMultiple(of: size), tensor.sampleStride.isMultiple(of: size),
            !tensor.isBatched || samples == 1 || tensor.sampleStride >= block, tensor.offset + span <= limit
        else {
            throw broken(
                "tensor \"\(tensor.name)\" at \(tensor.offset) with stride \(tensor.sampleStride) and blocks of "
                    + "\(block) bytes does not fit its region of \(limit) bytes")
        }
    }

    private func shape(_ tensor: unetc_tensor) throws -> [Int] {
        let all = [tensor.shape.0, tensor.shape.1, tensor.shape.2, tensor.shape.3].map(Int.init)
        guard (0...4).contains(tensor.rank) else {
            throw broken("tensor \"\(text(tensor.name))\" has rank \(tensor.rank)")
        }
        let shape = Array(all.prefix(Int(tensor.rank)))
        var count = 1
        for dimension in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow, product <= 1 << 40 else {
                throw broken("tensor \"\(text(tensor.name))\" has shape \(Text.shape(shape))")
            }
            count = product
        }
        return shape
    }

    private func parameter(_ tensor: unetc_tensor) throws -> ParameterInfo {
        let name = text(tensor.name)
        guard tensor.region == UNETC_REGION_PARAMETERS, tensor.batched == 0,
            let kind = ParameterKind(rawValue: tensor.parameter_kind), tensor.fan_in >= 0
        else { throw broken("parameter \"\(name)\" is batched, elsewhere or of unknown kind") }
        return ParameterInfo(
            name: name, shape: try shape(tensor), kind: kind, fanIn: Int(tensor.fan_in),
            offset: try size(tensor.offset, "the offset of \"\(name)\""))
    }

    private func step(_ step: unetc_step) throws -> StepInfo {
        let name = text(step.name)
        guard let phase = StepPhase(rawValue: step.phase), let kind = StepKind(rawValue: step.kind),
            let scope = StepScope(rawValue: step.scope), (0...step.operand_count).contains(step.parts),
            step.kernel != nil || phase == .update,
            (0...(1 << 40)).contains(step.tasks_per_sample), (0...(1 << 40)).contains(step.tasks_fixed),
            step.task_weight >= 0, step.task_weight.isFinite
        else {
            throw broken(
                "step \"\(name)\" has no kernel, an unknown phase, kind or scope, or no sensible number of tasks")
        }
        return StepInfo(
            name: name, operation: text(step.operation), source: text(step.source), algorithm: text(step.algorithm),
            phase: phase, kind: kind, tasksPerSample: Int(step.tasks_per_sample), fixedTasks: Int(step.tasks_fixed),
            workspaceBytes: try size(step.workspace_bytes, "the workspace of step \"\(name)\""),
            flopsPerSample: step.flops_per_sample, fixedFlops: step.flops_fixed,
            bytesPerSample: step.bytes_per_sample, fixedBytes: step.bytes_fixed,
            isPreparation: step.preparation != 0, isBeside: step.beside != 0, taskWeight: step.task_weight,
            scope: scope, parts: try parts(step), operands: try operandUses(step))
    }

    private func parts(_ step: unetc_step) throws -> SampleParts? {
        guard step.parts > 0 else { return nil }
        return SampleParts(
            operand: Int(step.parts) - 1, offset: try size(step.parts_offset, "the parts of samples"),
            stride: try size(step.parts_stride, "a sample's part"))
    }

    private func operandUses(_ step: unetc_step) throws -> [OperandUse]? {
        guard step.accesses != nil else { return nil }
        let letters = text(step.accesses)
        let operands = try elements(step.operands, step.operand_count, "operands")
        guard letters.utf8.count == operands.count else {
            throw broken("step \"\(text(step.name))\" has \(operands.count) operands, but says \"\(letters)\" of them")
        }
        return try zip(operands, letters).map { index, letter in
            let access: OperandUse.Access
            switch letter {
            case "r": access = .read
            case "w": access = .write
            case "u": access = .update
            default: throw broken("step \"\(text(step.name))\" says \"\(letters)\" of its operands")
            }
            return OperandUse(tensor: Int(index), access: access)
        }
    }

    private func checkOperands(_ step: unetc_step, tensors: [TensorInfo]) throws {
        let operands = try elements(step.operands, step.operand_count, "operands").map(Int.init)
        guard operands.allSatisfy(tensors.indices.contains) else {
            throw broken("step \"\(text(step.name))\" names tensors \(operands) of \(tensors.count)")
        }
        // Who keeps what was made of parameters has to know which plans change them.
        guard
            step.phase == StepPhase.update.rawValue || operands.first.map({ tensors[$0].region != .parameters }) ?? true
        else { throw broken("step \"\(text(step.name))\" writes a parameter, but is no update") }
        guard step.kernel == nil else { return }
        guard operands.count == 2, tensors[operands[0]].region == .parameters,
            tensors[operands[1]].element == .float32
        else {
            throw broken("the update \"\(text(step.name))\" is not of a parameter by a gradient of 32-bit floats")
        }
    }

    /// Prepared tensors lie apart from each other, and each fits where the largest does.
    private func checkPrepared(_ tensors: [TensorInfo], largest: Int) throws {
        let prepared = tensors.filter { $0.region == .prepared }.sorted { $0.offset < $1.offset }
        for tensor in prepared where tensor.isBatched || tensor.sampleBytes > largest {
            throw broken("prepared tensor \"\(tensor.name)\" is batched, or larger than the largest")
        }
        for (a, b) in zip(prepared, prepared.dropFirst()) where a.offset + a.sampleBytes > b.offset {
            throw broken("prepared tensors \"\(a.name)\" and \"\(b.name)\" overlap")
        }
    }

    /// Preparations may be left out while the parameters stay: they read parameters and derived tensors alone. Prepared
    /// tensors may all be made in one place: each is read before the next one is made.
    private func checkPreparations(_ rows: [unetc_step], tensors: [TensorInfo]) throws {
        var latest: Int?
        // What a group prepares is there when it has ended.
        var next: Int?
        var readsPrepared = false
        for row in rows {
            if row.beside == 0 { (latest, readsPrepared) = (next, false) }
            let operands = try elements(row.operands, row.operand_count, "operands").map(Int.init)
            let isPrepared = { tensors[$0].region == .prepared }
            let isDerived = { tensors[$0].region == .derived }
            if row.preparation != 0 {
                guard let first = operands.first, isPrepared(first) || isDerived(first), row.tasks_per_sample == 0,
                    row.kernel != nil,
                    operands.dropFirst().allSatisfy({ tensors[$0].region == .parameters || isDerived($0) })
                else { throw broken("preparation \"\(text(row.name))\" does not make a tensor of parameters alone") }
                if isPrepared(first) {
                    guard next == latest, !readsPrepared else {
                        throw broken("preparation \"\(text(row.name))\" runs beside one that needs its place")
                    }
                    next = first
                }
            } else if operands.first.map(isDerived) ?? false {
                throw broken("step \"\(text(row.name))\" makes a derived tensor, but is no preparation")
            } else if operands.first.map(isPrepared) ?? false
                || operands.contains(where: { isPrepared($0) && ($0 != latest || next != latest) })
            {
                throw broken("step \"\(text(row.name))\" uses a prepared tensor that is not the latest")
            } else if operands.contains(where: isPrepared) {
                readsPrepared = true
            }
        }
    }

    private func elements<T>(_ base: UnsafePointer<T>?, _ count: Int32, _ what: String) throws -> [T] {
        guard count >= 0, base != nil || count == 0 else { throw broken("it has \(count) \(what) at no address") }
        return Array(UnsafeBufferPointer(start: base, count: Int(count)))
    }

    private func broken(_ what: String) -> RuntimeError {
        RuntimeError("the model contradicts itself: \(what); this is a bug of the compiler that made it")
    }
}
