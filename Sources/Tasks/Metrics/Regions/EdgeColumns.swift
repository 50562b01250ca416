/// The pixels of a map that have a bit, by their columns: for each column the rows, in ascending order.
struct EdgeColumns {
    /// Where a column's rows begin in `rows`; one more at the end.
    private(set) var starts: [Int]
    private(set) var rows: [Int32]

    init(_ map: RegionMap, _ bit: UInt8) {
        var counts = [Int](repeating: 0, count: map.width + 1)
        map.bits.withUnsafeBufferPointer { bits in
            for y in 0..<map.height {
                let row = UnsafeBufferPointer(rebasing: bits[map.row(y)])
                for x in 0..<map.width where row[x] & bit != 0 { counts[x + 1] += 1 }
            }
        }
        for x in 0..<map.width { counts[x + 1] += counts[x] }
        starts = counts
        rows = [Int32](repeating: 0, count: counts[map.width])
        map.bits.withUnsafeBufferPointer { bits in
            for y in 0..<map.height {
                let row = UnsafeBufferPointer(rebasing: bits[map.row(y)])
                for x in 0..<map.width where row[x] & bit != 0 {
                    rows[counts[x]] = Int32(y)
                    counts[x] += 1
                }
            }
        }
    }
}
