/// Makes the kernels of steps, each once: plans of one graph have most steps of their forward passes in common, and a step
/// asks for scratch memory before it is known where its operands lie, which changes few kernels.
public final class KernelBuilder {
    private var known: [KernelRequest: LoweredStep] = [:]

    public init() {}

    /// The step as kernels, in as few words as they need.
    public func build(_ request: KernelRequest) -> LoweredStep {
        if let step = known[request] { return step }
        var step = lower(request)
        for stage in step.stages.indices { step.stages[stage].kernel = step.stages[stage].kernel.simplified() }
        known[request] = step
        return step
    }
}
