import GraphIR

/// A plan under its name, with what runs at each step: what `unetc dump --stage planned` shows.
public struct PlanListing: Hashable, Sendable {
    /// A kernel of a step; a step may have several, an update has none of its own and is listed once.
    public struct Run: Hashable, Sendable {
        public var node: NodeID
        /// How it computes, in a few words; nil when that is not known.
        public var algorithm: String?
        /// Bytes that each thread has for itself.
        public var workspaceBytes: Int

        public init(_ node: NodeID, algorithm: String? = nil, workspaceBytes: Int = 0) {
            self.node = node
            self.algorithm = algorithm
            self.workspaceBytes = workspaceBytes
        }
    }

    /// Such as `train` or `infer`.
    public var name: String
    public var plan: Plan
    /// In order; the nodes are those of the plan's steps.
    public var runs: [Run]

    /// - Parameter runs: nil lists the plan's steps, without their algorithms.
    public init(name: String, plan: Plan, runs: [Run]? = nil) {
        self.name = name
        self.plan = plan
        self.runs = runs ?? plan.steps.map { Run($0) }
    }
}
