import GraphIR
import TestSupport
import Testing

@testable import Kernels

/// Which positions of a part are exact, against counting what each position is made of.
@Suite struct AxisReachTests {
    /// Positions of a result of `count` whose every source lies in `exact`, when `sources` lists those of each.
    private func counted(_ count: Int, _ exact: Range<Int>, _ sources: (Int) -> [Int]) -> [Int] {
        (0..<count).filter { sources($0).allSatisfy(exact.contains) }
    }

    private func expect(
        _ reach: AxisReach, _ input: Int, _ count: Int, _ name: String, _ sources: (Int) -> [Int]
    ) {
        for lower in 0...4 {
            for upper in (input - 4)...input where lower < upper {
                let image = reach.image(of: lower..<upper, count: count)
                #expect(Array(image) == counted(count, lower..<upper, sources), "\(name), \(lower)..<\(upper)")
            }
        }
    }

    @Test func windows() {
        for (span, stride, padding) in [(3, 1, 1), (5, 2, 2), (2, 2, 0), (1, 1, 0), (3, 3, 1), (4, 1, 0)] {
            let count = ConvGeometry.outputSize(24, kernel: span, stride: stride, padding: 2 * padding, dilation: 1)
            let reach = AxisReach.window(span: span, stride: stride, padding: padding)
            expect(reach, 24, count, "window of \(span)") { y in (0..<span).map { y * stride - padding + $0 } }
        }
    }

    @Test func resultsOfWinogradsTilesStandTogether() {
        for (tile, padding) in [(4, 1), (2, 1), (4, 0), (4, 2), (2, 0)] {
            let count = 24 + 2 * padding - 2
            let reach = AxisReach.winograd(tile: tile, padding: padding)
            expect(reach, 24, count, "tiles of \(tile)") { y in
                let first = y / tile * tile - padding
                return Array(first..<first + tile + 2)
            }
        }
    }

    @Test func transposedWindows() {
        for (span, stride, padding) in [(2, 2, 0), (4, 2, 1), (3, 2, 1), (3, 1, 1), (3, 3, 0)] {
            let input = 12
            let count = (input - 1) * stride - 2 * padding + span
            let reach = AxisReach.spread(span: span, stride: stride, padding: padding)
            expect(reach, input, count, "transposed window of \(span)") { y in
                (-span...input + span).filter { (0..<span).contains(y + padding - $0 * stride) }
            }
        }
    }

    @Test func otherMaps() {
        expect(.repeated(scale: 3), 12, 36, "bed of nails") { [$0 / 3] }
        expect(.shift(2), 12, 14, "pad") { [$0 - 2] }
        expect(.shift(-3), 12, 9, "crop") { [$0 + 3] }
        for output in [24, 48, 18, 8, 7, 25] {
            let ratio = 12 / Double(output)
            let reach = { (mode: Interpolation) in
                AxisReach.interpolated(.init(mode, input: 12, output: output), mode)
            }
            expect(reach(.nearest), 12, output, "nearest") { [$0 * 12 / output] }
            expect(reach(.nearestExact), 12, output, "nearest_exact") { [(2 * $0 + 1) * 12 / (2 * output)] }
            expect(reach(.bilinear), 12, output, "bilinear") { y in
                let place = (Double(y) + 0.5) * ratio - 0.5
                return [Int((place + 1e-9).rounded(.down)), Int((place + 1e-9).rounded(.down)) + 1]
            }
        }
    }

    @Test func nothingIsMadeOfNothing() {
        #expect(AxisReach.same.image(of: 3..<3, count: 9).isEmpty)
        #expect(AxisReach.window(span: 9, stride: 1, padding: 0).image(of: 1..<8, count: 8).isEmpty)
    }
}
