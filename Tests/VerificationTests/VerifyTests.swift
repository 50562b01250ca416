import Driver
import GraphIR
import Passes
import TestSupport
import Testing

@testable import Verification

/// `unetc verify` on sound nets and on one with a bug.
@Suite struct VerifyTests {
    /// Few kernels, since most of the time goes into compiling them.
    private static let text = """
        graph tiny(width = 8) {
          input image: [3, 12, 12]
          target mask: [1, 12, 12]
          down = relu(conv(image, width, kernel: 3, padding: 1))
          deep = relu(conv(max_pool(down, kernel: 2), width, kernel: 3, padding: 1))
          up = conv_transpose(deep, width, kernel: 2, stride: 2)
          logits = conv(concat(up, down), 1, kernel: 1)
          output y = logits
          loss bce_with_logits(logits, mask)
        }
        """

    private func session() throws -> Session {
        let path = TestFolder.path + "/tiny.graph"
        try writeText(Self.text, to: path)
        return try Session(path: path, overrides: [])
    }

    private func options() -> CompileOptions { CompileOptions(target: .native(), batch: 2, jobs: 2) }

    @Test func aSoundNetPasses() throws {
        try expectSound(try verify(try session(), options()))
    }

    @Test(.enabled(if: isLongRun), arguments: BundledNet.all.map(\.name))
    func bundledNetsPass(_ name: String) throws {
        let net = try #require(BundledNet.all.first { $0.name == name })
        let session = try Session(path: checkoutFolder() + "/" + net.path, overrides: net.overrides)
        _ = TestFolder.path
        try expectSound(try verify(session, options()))
    }

    private func expectSound(_ report: VerificationReport) throws {
        #expect(report.isSound, "\(report.checks.flatMap(\.faults).map(\.description).joined(separator: "\n"))")
        #expect(report.verdict == "Sound: all \(report.checks.count) checks pass.")
        for check in report.checks where check.name != "openblas" {
            #expect(check.count > 0 || check.name == "updates", "\(check.name)")
            if let worst = check.worst { #expect(worst < 1, "\(check.name)") }
        }
        #expect(report.json.text.contains("\"sound\": true"))
    }

    /// A product with the wrong sign, or all of them, in kernels of several algorithms.
    @Test(arguments: [
        (ConvolutionPlant.direct, "deep"), (.winograd, "deep"), (.patch, "up"), (.weights, "grad.deep.weight"),
    ])
    func aPlantedBugIsNamed(_ plant: ConvolutionPlant, _ step: String) throws {
        var options = options()
        options.convolutions = plant == .direct ? .direct : plant == .winograd ? .winograd4 : .auto
        options.plans = [plant == .weights ? .gradients : .infer]
        let session = try session()
        let names = try session.lowered(options.plans[0], options).steps.map(\.name)
        let guilty = try #require(names.last { $0 == step || $0.hasPrefix(step + "#") })
        options.plantedFault = PlantedFault(
            step: guilty, occurrence: plant == .direct || plant == .winograd ? nil : 0)
        let finding = try KernelChecks(subject: try Subject(session, options)).run()
        let fault = try #require(finding.faults.first, "nothing is found")
        #expect(finding.faults.allSatisfy { $0.step == step }, "nobody else is accused: \(finding.faults)")
        #expect(fault.kernel != nil && fault.source.hasPrefix("tiny.graph:"))
        #expect(fault.place?.contains("/kernels/") ?? false && fault.place?.contains(".c:") ?? false)
        #expect((finding.worst ?? 0) > 1000, "far beyond what rounding explains")
    }

    enum ConvolutionPlant: Sendable { case direct, winograd, patch, weights }
}
