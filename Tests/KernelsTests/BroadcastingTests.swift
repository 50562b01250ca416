import GraphIR
import TestSupport
import Testing

extension KernelCase {
    /// Maps of a number for each channel or position, of several pieces, odd sizes and one position; some can be blocked.
    static let broadcasting: [KernelCase] =
        [[1, 1, 1], [3, 5, 7], [17, 13, 1], [2, 70, 50], [32, 5, 3], [16, 1, 1], [48, 1, 9], [16, 13, 11]].flatMap(
            cases)

    private static func cases(_ shape: [Int]) -> [KernelCase] {
        let map = TensorType.batched(shape)
        let size = (shape[0], shape[1], shape[2])
        let channels = Broadcasting.Share.channels.type(of: size)
        let extent = Extent(shape[1], shape[2])
        let text = "\(shape)"
        let shares = Broadcasting.Share.allCases.flatMap { share in
            [
                KernelCase(
                    text, .broadcast(.apply(.add, share)), [map, share.type(of: size)], then: [.relu, .add]),
                KernelCase(text, .broadcast(.apply(.multiply, share)), [map, share.type(of: size)]),
                KernelCase(text, .broadcast(.sum(share)), [map], then: [.sigmoid]),
                KernelCase(text + " of products", .broadcast(.sum(share)), [map, map]),
            ]
        }
        return shares + [
            KernelCase(text, .broadcast(.mean), [map], then: [.relu, .multiply]),
            KernelCase(text, .broadcast(.maximum), [map]),
            KernelCase(text, .broadcast(.maximumGradient), [channels, map, channels]),
            KernelCase(text, .broadcast(.spread(extent)), [channels]),
            KernelCase(text, .broadcast(.spreadMean(extent)), [channels]),
        ]
    }
}

@Suite struct BroadcastingTests {
    @Test(arguments: KernelCase.broadcasting, Setup.all + Setup.blocked)
    func computesWhatTheOracleDoes(_ test: KernelCase, _ setup: Setup) throws {
        try expectOracle(test, setup)
    }
}
