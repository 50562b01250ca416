/// The stages at which `unetc dump` shows what the compiler has made, in their order.
public enum DumpStage: String, Hashable, Sendable, CaseIterable {
    case parsed, graph, backward, fused, program, planned, kernels
}
