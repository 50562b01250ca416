import Base
import Kernels
import Testing

@testable import Bundling

/// The file of weights, whose form bundles of earlier versions read as well.
@Suite struct BundleWeightsTests {
    /// Numbers of `BundleWeights.checksum` as a program of its own computed them.
    @Test(
        arguments: [
            (0, 0x74e9_7d41_3579_8675), (1, 0x7db_4df7_d838_778f), (31, 0xfcc8_715a_1dc2_047d),
            (32, 0x63c1_ef0a_695f_e73e),
            (100, 0x127f_5966_4277_c409),
        ] as [(Int, UInt64)])
    func checksums(_ count: Int, _ expected: UInt64) {
        let bytes = (0..<count).map { UInt8($0 * 7 % 256) }
        #expect(BundleWeights.checksum(bytes[...]) == expected, "of \(count) bytes")
    }

    @Test func everyBitChangesTheChecksum() {
        var bytes = (0..<77).map { UInt8($0) }
        var seen: Set<UInt64> = [BundleWeights.checksum(bytes[...])]
        for place in bytes.indices {
            for bit in 0..<8 {
                bytes[place] ^= 1 << UInt8(bit)
                #expect(seen.insert(BundleWeights.checksum(bytes[...])).inserted, "bit \(bit) of byte \(place)")
                bytes[place] ^= 1 << UInt8(bit)
            }
        }
    }

    @Test func theHeaderSaysWhoseTheyAre() throws {
        let net = try BundledExample()
        let weights = try net.weights()
        let bytes = weights.bytes
        #expect(bytes.count == 128 + weights.count && weights.count == net.target.plans[0].plan.parameterBytes)
        #expect(Array(bytes[0..<8]) == Array("unetcwts".utf8))
        #expect(Array(bytes[8..<16]) == [1, 0, 0, 0, 128, 0, 0, 0])
        #expect(number(bytes[16..<24]) == UInt64(weights.count))
        #expect(number(bytes[24..<32]) == BundleWeights.checksum(bytes[128...]))
        #expect(Array(bytes[32..<48]) == Array(net.session.graph.structureHash.utf8))
        #expect(bytes[48..<128].allSatisfy { $0 == 0 })
        for tensor in net.target.plans[0].tensors where tensor.role == .parameter {
            let place = 128 + tensor.offset
            let expected = try BundledExample.values(tensor.name, tensor.type.elementCount)
            for (i, value) in expected.enumerated() {
                let bits = UInt32(truncatingIfNeeded: number(bytes[(place + 4 * i)..<(place + 4 * i + 4)]))
                #expect(bits == value.bitPattern, "\(tensor.name)[\(i)]")
            }
        }
    }

    /// A file fits all targets of a graph, and all precisions.
    @Test func placesAreThoseOfAllTargets() throws {
        let bytes = try BundledExample(.x86v3).weights().bytes
        for other in [Kernels.Target.x86v1, .x86v4, .aarch64, .wasm32] {
            #expect(try BundledExample(other).weights().bytes == bytes, "\(other.name)")
        }
        #expect(try BundledExample(.x86v4bf16, precision: .bfloat16).weights().bytes == bytes, "bf16")
    }

    @Test func valuesOfAnotherCountAreRefused() throws {
        let net = try BundledExample()
        let error = #expect(throws: BundleError.self) {
            try BundleWeights(of: net.session.graph, in: net.target) { _ in [1, 2] }
        }
        #expect(error?.description == "parameter \"enc.weight\" has 2 values, expected 36")
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
