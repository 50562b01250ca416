import MemoryPlanning

extension PlanListing {
    /// A plan with the algorithms of its kernels.
    public init(_ lowered: LoweredPlan) {
        self.init(
            name: lowered.name, plan: lowered.plan,
            runs: lowered.steps.map {
                Run($0.node, algorithm: $0.algorithm, workspaceBytes: $0.workspaceBytes)
            })
    }
}
