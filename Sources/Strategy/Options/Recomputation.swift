import Programs

/// What a plan of training makes a second time in the backward pass.
public enum Recomputation: Hashable, Sendable {
    /// Nothing.
    case none
    /// What costs next to nothing.
    case nearlyFree
    /// A program that a search has found.
    case chosen(Program)

    /// The share of a step's time that counts as next to nothing.
    static let freeShare = 0.01
}
