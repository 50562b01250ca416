import Foundation
import Kernels
import TestSupport
import Testing

/// A compiler and an emulator of a processor that this machine does not have: `scripts/setup-cross.sh` installs both.
private enum Cross {
    static let compiler = "aarch64-linux-gnu-gcc"
    static let emulator = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]
    static var isAvailable: Bool { BundledLibrary.exists(compiler) && BundledLibrary.exists(emulator[0]) }
}

/// Bundles for another processor.
@Suite(
    .serialized,
    .enabled(if: Cross.isAvailable, "no aarch64-linux-gnu-gcc or no qemu-aarch64: run `make setup-cross`"))
struct BundleProcessorTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func library(_ net: BundledLibrary.Net) throws -> BundledLibrary {
        try BundledLibrary(net, in: folder, target: .aarch64, compiler: Cross.compiler)
    }

    private static let nets: [BundledLibrary.Net] = {
        var nets = [BundleNets.families, BundleNets.bands, BundleNets.odd] + BundleNets.tasks(["--tile", "none"])
        var narrow = BundleNets.families
        narrow.flags = ["--precision", "bf16", "--tile", "none"]
        nets.append(narrow)
        return nets + (isLongRun ? BundleNets.graphs : [])
    }()

    /// The output and the mask are those of this machine, within rounding.
    @Test(arguments: nets) func theTestOfTheBundlePasses(_ net: BundledLibrary.Net) throws {
        let library = try library(net)
        let program = try library.program(library.folder + "/test/golden.c")
        let output = try BundledLibrary.run(Cross.emulator + [program, library.golden, library.weights])
        #expect(output.contains("kernels: aarch64"), "\(output)")
    }

    /// All kernels of inference with vectors of four: each channel of a net of all families by itself.
    @Test func everyFamilyComputesWhatItDoesHere() throws {
        let other = try library(BundleNets.families)
        let tables = try other.text("kernels/aarch64/plans.c")
        for step in [
            "winograd F(4,3)", "winograd F(4,3) staged", "narrow input", "narrow output", "patch product", "depthwise",
            "direct",
            "gemm", "relu with max_pool", "max_pool, vector loop", "avg_pool", "resize", "pad, rows", "channel_pad",
            "relayout",
            "layer_norm", "group_norm", "softmax", "global_max_pool", "folded_weight", "broadcast_mul", "gelu",
        ] { #expect(tables.contains(step), "the net has no step \"\(step)\" any more") }

        let here = try BundledLibrary(BundleNets.families, in: folder)
        var random = SystemRandomNumberGenerator()
        let inputs = (0..<(2 * 3 * 22 * 26)).map { _ in Float.random(in: 0...1, using: &random) }
        let path = folder.path + "/inputs"
        try Data(
            inputs.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(8 * $0)) } }
        )
        .write(to: URL(fileURLWithPath: path))
        let source = BundledLibrary.source("outputs.c")
        let expected = try outputs(here, try here.program(source), [], path)
        let found = try outputs(other, try other.program(source), Cross.emulator, path)
        try #require(found.count == expected.count && found.count > 40 * 22 * 26)
        for start in stride(from: 0, to: found.count, by: 22 * 26) {
            let pairs = zip(found[start..<(start + 22 * 26)], expected[start..<(start + 22 * 26)])
            let norm = pairs.reduce(0) { $0 + Double($1.1) * Double($1.1) }.squareRoot()
            let difference = pairs.reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }.squareRoot()
            #expect(difference <= 1e-4 * norm + 1e-6, "channel \(start / 572): off by \(difference) of \(norm)")
        }
    }

    private func outputs(
        _ library: BundledLibrary, _ program: String, _ emulator: [String], _ inputs: String
    ) throws -> [Float] {
        let path = library.folder + "/outputs"
        _ = try BundledLibrary.run(emulator + [program, library.weights, inputs, path])
        let bytes = try readBytes(path)
        return stride(from: 0, to: bytes.count, by: 4).map { place in
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) })
        }
    }

    /// Also under threads, and in any call, right or wrong.
    @Test func threadsChangeNoBit() throws {
        let library = try library(BundleNets.bands)
        for (source, arguments) in [("threads.c", []), ("fuzz.c", ["60", "1"])] {
            let program = try library.program(BundledLibrary.source(source))
            _ = try BundledLibrary.run(Cross.emulator + [program, library.weights] + arguments)
        }
    }
}
