import GraphIR

/// What a kernel wants: the layout of each input, and of its result; the epilogue's operands are laid out as the result.
struct LayoutDemand: Hashable {
    var inputs: [Layout]
    var result: Layout
}
