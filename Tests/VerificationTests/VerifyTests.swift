import Driver
import GraphIR
import TestSupport
import Testing

@testable import Verification

/// `unetc verify` on sound nets and on one with a bug.
@Suite struct VerifyTests {
    private static let nets = [
        TestNet("unet-small", ["width": 8, "size": 16]), TestNet("autoencoder", ["width": 2, "size": 16]),
    ]

    @Test(arguments: nets)
    func aSoundNetPasses(_ net: TestNet) throws {
        let report = try verify(try net.session(), net.options())
        #expect(report.isSound, "\(report.checks.flatMap(\.faults).map(\.description).joined(separator: "\n"))")
        #expect(report.checks.map(\.name).contains("kernels") && report.verdict.hasPrefix("Sound"))
        for check in report.checks where check.name != "openblas" {
            #expect(check.count > 0, "\(check.name)")
            if let worst = check.worst { #expect(worst < 1, "\(check.name)") }
        }
        #expect(report.json.text.contains("\"sound\": true"))
    }

    /// A tap with the wrong sign, in kernels of several algorithms.
    @Test(arguments: [
        (ConvolutionPlant.direct, "enc1.conv2"), (.winograd, "enc2.conv2"), (.gemm, "grad.enc1.conv1.weight"),
    ])
    func aPlantedBugIsNamed(_ plant: ConvolutionPlant, _ step: String) throws {
        let net = TestNet("unet-small", ["width": 16, "size": 16])
        var options = net.options()
        options.convolutions = plant == .direct ? .direct : plant == .winograd ? .winograd4 : .auto
        options.plantedFault = PlantedFault(step: step)
        let report = try verify(try net.session(), options)
        let kernels = try #require(report.checks.first { $0.name == "kernels" })
        let guilty = kernels.faults.filter { $0.step == step }
        #expect(!report.isSound && report.verdict.hasPrefix("Not sound: kernel "))
        let fault = try #require(guilty.first, "\(kernels.faults.map(\.description))")
        #expect(fault.kernel != nil && fault.source.hasPrefix("unet-small.graph:"))
        #expect(fault.place?.contains("/kernels/") ?? false && fault.place?.contains(".c:") ?? false)
        #expect(kernels.faults.allSatisfy { $0.step == step }, "nobody else is accused")
    }

    enum ConvolutionPlant: Sendable { case direct, winograd, gemm }
}
