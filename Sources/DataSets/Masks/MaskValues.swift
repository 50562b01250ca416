import Tasks

/// How often each value occurs in a mask file.
package struct MaskValues: Hashable, Sendable {
    private var counts = [Int](repeating: 0, count: 256)

    package init() {}

    /// - Parameter counts: of each of the 256 values.
    init(counts: [Int]) { self.counts = counts }

    init(_ pixels: some Sequence<UInt8>) {
        for value in pixels { counts[Int(value)] += 1 }
    }

    package mutating func formUnion(_ other: MaskValues) {
        for value in counts.indices { counts[value] += other.counts[value] }
    }

    /// The same pixels, each value replaced by that of the table.
    func replaced(by table: [UInt8]) -> MaskValues {
        var result = MaskValues()
        for value in counts.indices { result.counts[Int(table[value])] += counts[value] }
        return result
    }

    func contains(_ value: UInt8) -> Bool { counts[Int(value)] > 0 }

    /// Pixels that hold the value.
    package func count(of value: UInt8) -> Int { counts[Int(value)] }

    /// Pixels whose byte has the bit of a label that may overlap others.
    package func count(ofLabel number: Int) -> Int {
        counts.indices.reduce(0) { LabelRange.has(UInt8($1), number) ? $0 + counts[$1] : $0 }
    }

    package var pixelCount: Int { counts.reduce(0, +) }

    /// Ascending.
    package var values: [UInt8] { counts.indices.filter { counts[$0] > 0 }.map(UInt8.init) }

    /// `0, 1, 2`, cut after sixteen values.
    var list: String {
        let all = values
        let shown = all.prefix(16).map(String.init).joined(separator: ", ")
        return all.count > 16 ? shown + " and \(all.count - 16) more" : shown
    }
}

extension Sequence<MaskFile> {
    /// The values of all files together.
    var union: MaskValues { reduce(into: MaskValues()) { $0.formUnion($1.values) } }
}

/// A mask file and what is in it.
struct MaskFile: Hashable, Sendable {
    var file: String
    var values: MaskValues
    /// True for JPEG files.
    var isLossy = false
}
