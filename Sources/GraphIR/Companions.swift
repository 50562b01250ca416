/// Companions: values that another node's kernel makes on the way, while what they are made of is in its registers or
/// cache anyway.
extension Graph {
    /// Whether the graph's meaning lets `host`'s kernel make the value of `id`:
    ///
    /// - the windows of a convolution's result that a `max_pool` of 2 × 2 windows, which tile the map, looks at;
    /// - a `channel_sum` of the `dy` of a `conv_weight_gradient`: the gradient of the bias beside that of the weight.
    ///
    /// Whether there is a kernel that does so is another question, for those who choose kernels.
    public func canHost(_ host: NodeID, _ id: NodeID) -> Bool {
        let node = self[id]
        guard host < id, node.epilogue.isEmpty, self[host].host == nil else { return false }
        switch (node.op, self[host].op) {
        case (.maxPool(let g), .conv), (.maxPool(let g), .convTranspose):
            return node.inputs == [host] && g.tilesByTwo
        case (.channelSum, .convWeightGradient):
            return node.inputs.first == self[host].inputs.first
        default: return false
        }
    }
}

extension PoolGeometry {
    /// True for windows of 2 × 2 that cover the map and do not overlap.
    public var tilesByTwo: Bool {
        kernel == Extent(2) && stride == Extent(2) && padding == Padding(0) && input.height % 2 == 0
            && input.width % 2 == 0
    }
}
