/// Where one thing is in a picture, as predicted and in truth: the object of a mask, or one class of a class map. A byte a
/// pixel, whose bits whoever measures works with.
struct RegionMap: Sendable {
    let width: Int
    let height: Int
    /// Row by row, with a border of one pixel on all sides that is in no region, so that every pixel has eight neighbours.
    var bits: [UInt8]

    static let predicted: UInt8 = 1
    static let truth: UInt8 = 2
    /// The edge pixels of both, once `markEdges` has found them.
    static let predictedEdge: UInt8 = 4
    static let truthEdge: UInt8 = 8
    /// What `thinned` leaves, and its notes.
    static let skeleton: UInt8 = 16
    static let queued: UInt8 = 32

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        bits = [UInt8](repeating: 0, count: (width + 2) * (height + 2))
    }

    /// From a row to the next one in `bits`.
    var stride: Int { width + 2 }

    /// Where a pixel is in `bits`.
    func place(_ x: Int, _ y: Int) -> Int { (y + 1) * stride + x + 1 }

    /// Where a row is in `bits`.
    func row(_ y: Int) -> Range<Int> { place(0, y)..<place(width, y) }

    /// Pixels that have all of some bits.
    func count(_ mask: UInt8) -> Int {
        bits.withUnsafeBufferPointer { bits in
            var count = 0
            for byte in bits where byte & mask == mask { count += 1 }
            return count
        }
    }

    /// Marks the pixels of each region one of whose four neighbours is not in it. Outside of the picture is no region, so that
    /// pixels at its border are edges, as those of `mask ^ binary_erosion(mask)` are.
    mutating func markEdges() {
        let (stride, rows) = (stride, (0..<height).map(row))
        bits.withUnsafeMutableBufferPointer { bits in
            for row in rows {
                for place in row where bits[place] & 3 != 0 {
                    let around = bits[place - 1] & bits[place + 1] & bits[place - stride] & bits[place + stride]
                    bits[place] |= (bits[place] & 3 & ~around) << 2
                }
            }
        }
    }
}
