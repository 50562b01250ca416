import GraphIR

extension KernelCase {
    /// What works on maps in either layout, with channels that every vector width divides.
    static let blockedMaps: [KernelCase] = {
        let window = { (input: Extent, kernel: Extent, stride: Int, padding: Int) in
            PoolGeometry(
                channels: 16, input: input, kernel: kernel, stride: Extent(stride), padding: Padding(padding))
        }
        let pools = [
            window(Extent(8, 6), Extent(2), 2, 0), window(Extent(7, 5), Extent(2), 2, 0),
            window(Extent(7, 9), Extent(3), 2, 1), window(Extent(5, 4), Extent(2, 3), 1, 0),
        ]
        let map = TensorType.batched([32, 5, 3])
        return pools.flatMap { g in
            [
                KernelCase("window of \(g.kernel.height)x\(g.kernel.width)", .maxPool(g), [g.inputType], then: [.relu]),
                KernelCase(
                    "window of \(g.kernel.height)x\(g.kernel.width)", .maxUnpool(g),
                    [g.outputType, g.inputType], then: [.add, .reluGradient]),
            ]
        } + [
            KernelCase("5x3", .channelSum, [map]),
            KernelCase("5x4", .channelSum, [.batched([16, 5, 4])]),
            KernelCase("5x3", .elementwise(.add), [map, map], then: [.relu]),
            KernelCase("5x3", .elementwise(.dropout(rate: 0.3, key: 17)), [map]),
            KernelCase(
                "1x1", .elementwise(.silu), [.batched([16, 1, 1])], then: [.dropout(rate: 0.3, key: 17), .relu]),
            KernelCase("16 and 32", .concat, [.batched([16, 5, 3]), map]),
            KernelCase("", .channelPad(before: 32, after: 16), [.batched([16, 3, 5])]),
            KernelCase("16 of 64", .channelSlice(start: 32, count: 16), [.batched([64, 3, 5])]),
        ]
    }()
}
