import GraphIR

/// The weights of a net as a bundle reads them: all parameters in the places that the plans have for them, which are the same
/// for every target, behind a header that tells whose they are.
///
/// Numbers are little-endian. The header has 128 bytes: `unetcwts`; the version 1 and the header's bytes (32 bits each); the
/// bytes behind it and their checksum (64 bits each); the hash of the graph's structure, as text, in 64 bytes; zeros.
public struct BundleWeights: Sendable {
    /// All of the file.
    public let bytes: [UInt8]
    /// Those behind the header.
    let count: Int
    let structure: String

    static let headerBytes = 128

    /// - Parameters:
    ///   - target: any of the bundle's targets.
    ///   - values: a parameter's values, row-major.
    /// - Throws: what `values` throws, and `BundleError` for values of another count.
    public init(of graph: Graph, in target: BundleTarget, values: (String) throws -> [Float]) throws {
        let plan = target.plans[0]
        let count = plan.plan.parameterBytes
        var bytes = [UInt8](repeating: 0, count: Self.headerBytes + count)
        for tensor in plan.tensors where tensor.role == .parameter {
            let numbers = try values(tensor.name)
            guard 4 * numbers.count == tensor.bytes else {
                throw BundleError(
                    "parameter \"\(tensor.name)\" has \(numbers.count) values, expected \(tensor.bytes / 4)")
            }
            var place = Self.headerBytes + tensor.offset
            for number in numbers { place = Self.put(number.bitPattern, at: place, in: &bytes) }
        }
        self.count = count
        structure = graph.structureHash
        var place = 0
        for byte in "unetcwts".utf8 { place = Self.put(byte, at: place, in: &bytes) }
        place = Self.put(UInt32(1), at: place, in: &bytes)
        place = Self.put(UInt32(Self.headerBytes), at: place, in: &bytes)
        place = Self.put(UInt64(count), at: place, in: &bytes)
        place = Self.put(Self.checksum(bytes[Self.headerBytes...]), at: place, in: &bytes)
        for byte in structure.utf8.prefix(63) { place = Self.put(byte, at: place, in: &bytes) }
        self.bytes = bytes
    }

    /// - Returns: the place behind it.
    private static func put(_ number: some FixedWidthInteger, at place: Int, in bytes: inout [UInt8]) -> Int {
        withUnsafeBytes(of: number.littleEndian) { raw in
            for (i, byte) in raw.enumerated() { bytes[place + i] = byte }
        }
        return place + number.bitWidth / 8
    }

    /// Changes when any bit does: four sums over every fourth word, mixed at the end, as `unetc_checksum` of the bundle's code
    /// has them.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        let factor: UInt64 = 0x9e37_79b9_7f4a_7c15
        var sums: [UInt64] = [1, 2, 3, 4]
        let count = bytes.count
        bytes.withUnsafeBytes { raw in
            let whole = count / 32 * 32
            var place = 0
            while place < whole {
                for i in 0..<4 {
                    let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place + 8 * i, as: UInt64.self))
                    sums[i] = (sums[i] ^ word) &* factor
                    sums[i] ^= sums[i] >> 29
                }
                place += 32
            }
            while place < count {
                sums[place % 4] = (sums[place % 4] ^ UInt64(raw[place])) &* factor
                place += 1
            }
        }
        var result = UInt64(count)
        for sum in sums { result = (result ^ sum ^ (sum >> 32)) &* factor }
        return result ^ (result >> 32)
    }

    /// As a C file: what to write where the weights are to be part of the program.
    func source(_ names: BundleNames) -> String {
        var text =
            "/* The weights of the net: what \(names.kept(names.prefix)).weights holds. */\n#include \"unetc_internal.h\"\n\n"
        text.reserveCapacity(bytes.count * 4)
        // Words, so that they lie as floats must.
        text += "static const uint32_t words[] = {\n"
        for start in stride(from: 0, to: bytes.count, by: 4) {
            var word: UInt32 = 0
            for i in 0..<4 where start + i < bytes.count { word |= UInt32(bytes[start + i]) << UInt32(8 * i) }
            text += "\(word)u,"
            if start % 64 == 60 { text += "\n" }
        }
        text += "\n};\n\nconst void *const unetc_embedded_weights = words;\n"
        return text + "const uint64_t unetc_embedded_bytes = \(bytes.count);\n"
    }
}
