import Base

/// Makes the kernels of steps, each once: plans of one graph have most steps of their forward passes in common, and a step
/// asks for scratch memory before it is known where its operands lie, which changes few kernels.
public final class KernelBuilder {
    private var knownDrafts: [KernelRequest: LoweredStep] = [:]
    private var known: [KernelRequest: LoweredStep] = [:]
    private let threads: Int

    /// - Parameter threads: that make kernels at once.
    public init(threads: Int = 1) { self.threads = threads }

    /// The steps' kernels before anything has been left out: what they ask for, and what they cost.
    public func drafts(_ requests: [KernelRequest]) -> [LoweredStep] {
        complete(&knownDrafts, for: requests) { lower($0) }
    }

    /// The steps as kernels, in as few words as they need.
    public func build(_ requests: [KernelRequest]) -> [LoweredStep] {
        let drafts = knownDrafts
        return complete(&known, for: requests) { request in
            var step = drafts[request] ?? lower(request)
            for stage in step.stages.indices { step.stages[stage].kernel = step.stages[stage].kernel.simplified() }
            return step
        }
    }

    public func build(_ request: KernelRequest) -> LoweredStep { build([request])[0] }

    /// What belongs to each request. What is missing is made by several threads, of equal requests once.
    private func complete(
        _ table: inout [KernelRequest: LoweredStep], for requests: [KernelRequest],
        _ make: @escaping @Sendable (KernelRequest) -> LoweredStep
    ) -> [LoweredStep] {
        var seen: Set<KernelRequest> = []
        var missing: [KernelRequest] = []
        for request in requests where table[request] == nil && seen.insert(request).inserted { missing.append(request) }
        let wanted = missing
        let isWorthIt = threads > 1 && wanted.count > 1
        // Where no thread can be started, they are made here.
        let made = isWorthIt ? try? parallelMap(count: wanted.count, threads: threads) { make(wanted[$0]) } : nil
        for (request, step) in zip(wanted, made ?? wanted.map(make)) { table[request] = step }
        return requests.map { request in
            guard let step = table[request] else { fatalError("the kernels of \(request.node.name) were not made") }
            return step
        }
    }
}
