/// Thinning of a region to lines one pixel wide.
///
/// T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns" (1984): in turns two passes take away
/// all pixels at once whose eight neighbours say so, until neither finds any. Of the 256 neighbourhoods scikit-image's
/// `skeletonize` decides 25 otherwise than the paper does, and so do we, so that both leave the same pixels: blocks of 2 x 2
/// do not vanish, and stairs become thinner. Outside of the picture is no region.
///
/// Only pixels whose neighbours have changed since they were last asked are asked again, so that time goes with the region's
/// pixels, not with its width times the picture's pixels.
extension RegionMap {
    /// Marks with `skeleton` what thinning leaves of a region.
    mutating func thin(_ region: UInt8) {
        let stride = stride
        bits.withUnsafeMutableBufferPointer { bits in
            for place in bits.indices {
                bits[place] &= ~(Self.skeleton | Self.queued)
                if bits[place] & region != 0 { bits[place] |= Self.skeleton }
            }
            var thinning = Thinning(bits, stride: stride)
            thinning.run()
        }
    }
}

private struct Thinning {
    private let bits: UnsafeMutableBufferPointer<UInt8>
    /// From a pixel to its neighbours, in the rule's order.
    private let steps: [Int]
    private let passes = ThinningRule.passes
    /// Pixels whose neighbours the last pass has changed, and those that were asked in it and stayed; the latter have not
    /// been asked by the other pass.
    private var fresh: [Int] = []
    private var stale: [Int] = []

    init(_ bits: UnsafeMutableBufferPointer<UInt8>, stride: Int) {
        self.bits = bits
        steps = ThinningRule.ring.map { $1 * stride + $0 }
    }

    mutating func run() {
        for place in bits.indices where isThere(place) && neighbours(of: place) != 0xFF { fresh.append(place) }
        var pass: UInt8 = 1
        while !(fresh.isEmpty && stale.isEmpty) {
            take(pass)
            pass ^= 3
        }
    }

    private mutating func take(_ pass: UInt8) {
        var gone: [Int] = []
        for place in fresh where passes[neighbours(of: place)] & pass != 0 { gone.append(place) }
        for place in stale where passes[neighbours(of: place)] & pass != 0 { gone.append(place) }
        for place in gone { bits[place] &= ~RegionMap.skeleton }
        var touched: [Int] = []
        for place in gone { touch(around: place, &touched) }
        stale = fresh.filter { isThere($0) && bits[$0] & RegionMap.queued == 0 }
        fresh = touched
        for place in fresh { bits[place] &= ~RegionMap.queued }
    }

    private func isThere(_ place: Int) -> Bool { bits[place] & RegionMap.skeleton != 0 }

    private func touch(around place: Int, _ touched: inout [Int]) {
        for step in steps
        where bits[place + step] & (RegionMap.skeleton | RegionMap.queued) == RegionMap.skeleton {
            bits[place + step] |= RegionMap.queued
            touched.append(place + step)
        }
    }

    /// A bit for each neighbour that is there, clockwise from the one above to the left.
    private func neighbours(of place: Int) -> Int {
        var code = 0
        for bit in 0..<8 where isThere(place + steps[bit]) { code |= 1 << bit }
        return code
    }
}

enum ThinningRule {
    /// Neighbours, clockwise from the one above to the left.
    static let ring = [(-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0)]

    /// For each neighbourhood which passes take the pixel away: 1 the first, 2 the second, 3 both.
    static let passes: [UInt8] = (0..<256).map { others[$0] ?? zhangSuen($0) }

    /// Two to six neighbours in one run, and, in the first pass, not all of those above, to the right and below, and of those
    /// to the right, below and to the left; in the second turned by half.
    private static func zhangSuen(_ code: Int) -> UInt8 {
        let ring = (0..<8).map { code >> $0 & 1 == 1 }
        let runs = (0..<8).count { !ring[$0] && ring[($0 + 1) % 8] }
        guard (2...6).contains(ring.count { $0 }), runs == 1 else { return 0 }
        let (up, right, down, left) = (ring[1], ring[3], ring[5], ring[7])
        let first = !(up && right && down) && !(right && down && left)
        let second = !(up && right && left) && !(up && down && left)
        return (first ? 1 : 0) | (second ? 2 : 0)
    }

    /// What scikit-image decides otherwise: ends of two neighbours, corners of blocks, stairs.
    private static let others: [Int: UInt8] = [
        3: 1, 6: 1, 12: 1, 24: 2, 48: 0, 96: 2, 129: 0, 192: 2,
        14: 1, 56: 2, 131: 1, 224: 2,
        10: 3, 40: 3, 130: 3, 160: 3,
        11: 1, 26: 2, 104: 2, 108: 2, 134: 1, 161: 1, 176: 2, 194: 1, 198: 1,
    ]
}
