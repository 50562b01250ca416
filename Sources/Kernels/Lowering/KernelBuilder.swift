import Base

/// Makes the kernels of steps, each once: plans of one graph have most steps of their forward passes in common, and a step
/// asks for scratch memory before it is known where its operands lie, which changes few kernels.
public final class KernelBuilder {
    private var known: [KernelRequest: LoweredStep] = [:]
    private let threads: Int

    /// - Parameter threads: that make kernels at once.
    public init(threads: Int = 1) { self.threads = threads }

    /// Makes the kernels of many steps at once, to be asked for one by one.
    public func prepare(_ requests: [KernelRequest]) {
        var missing: [KernelRequest] = []
        var seen: Set<KernelRequest> = []
        for request in requests where known[request] == nil && seen.insert(request).inserted { missing.append(request) }
        let wanted = missing
        guard threads > 1, wanted.count > 1 else { return }
        // Where no thread can be started, they are made when they are asked for.
        guard let made = try? parallelMap(count: wanted.count, threads: threads, body: { lower(wanted[$0]) }) else {
            return
        }
        for (request, step) in zip(wanted, made) { known[request] = step }
    }

    /// The step as kernels, in as few words as they need.
    public func build(_ request: KernelRequest) -> LoweredStep {
        if let step = known[request] { return step }
        var step = lower(request)
        for stage in step.stages.indices { step.stages[stage].kernel = step.stages[stage].kernel.simplified() }
        known[request] = step
        return step
    }
}
