/// The part of a graph's work that a node belongs to.
public enum Phase: String, Hashable, Sendable, CaseIterable {
    /// What exists before the first step: inputs, targets, parameters.
    case leaves
    case forward
    case backward
    /// What changes parameters: the optimizer's steps, running moments.
    case update

    public init(_ node: Node) {
        if node.op.isLeaf {
            self = .leaves
        } else if node.op.isEffect {
            self = .update
        } else {
            self = node.origin.isBackward ? .backward : .forward
        }
    }
}
