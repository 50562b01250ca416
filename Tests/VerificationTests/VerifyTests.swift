import Base
import Driver
import Strategy
import GraphIR
import Passes
import TestSupport
import Testing

@testable import Verification

/// `unetc verify` on sound nets and on one with a bug.
@Suite struct VerifyTests {
    private func session() throws -> Session { try TinyGraph.session() }

    private func options() -> CompileOptions { CompileOptions(target: .native(), batch: 2, jobs: 2) }

    @Test func aSoundNetPasses() throws {
        try expectSound(try verify(try session(), options()))
    }

    /// What the bundled nets do not have.
    @Test func operatorsOfOtherNetsPass() throws {
        let text = """
            graph others() {
              input image: [3, 7, 9]
              target mask: [6, 7, 9]
              stem = conv(normalize(1 - image, mean: [0.5, 0.25, 0], std: [1, 2, 0.5]), 6, kernel: 3, padding: same)
              level = layer_norm(stem)
              squeezed = relu6(linear(global_avg_pool(level), 2))
              "gate.1" = hardsigmoid(linear(squeezed, 6)) + global_max_pool(level) / 8
              calm = instance_norm(level * "gate.1", eps: 0.5, affine: true)
              seen = conv(calm, 1, kernel: 1)
              output logits = maximum(calm * sigmoid(seen), clamp(level - calm, min: -0.5, max: 0.5) / (2 + abs(calm)))
              loss mse(logits, mask)
            }
            """
        let path = TestFolder.path + "/others.graph"
        try writeText(text, to: path)
        try expectSound(try verify(try Session(path: path, overrides: []), options()))
    }

    @Test(.enabled(if: isLongRun), arguments: BundledNet.all.map(\.name), ElementType.allCases)
    func bundledNetsPass(_ name: String, _ precision: ElementType) throws {
        let net = try #require(BundledNet.all.first { $0.name == name })
        let session = try Session(path: checkoutFolder() + "/" + net.path, overrides: net.overrides)
        _ = TestFolder.path
        var options = options()
        options.precision = precision
        try expectSound(try verify(session, options))
    }

    /// Values made again, and copies, are steps like others.
    @Test func whatIsMadeAgainIsVerified() throws {
        let subject = try Subject(try TestNet.small.session(), try TestNet.smallMakingAgain.get())
        let names = subject.compiled.plans[0].steps.map(\.name)
        try #require(names.contains { $0.contains(".again") }, "nothing is made again: \(names)")
        let plans = PlanChecks(subject: subject)
        let threads = { try plans.threads([2, 3, 7, 16, 64]) }
        for check in [KernelChecks(subject: subject).run, plans.places, plans.poison, threads] {
            let finding = try check()
            #expect(finding.faults.isEmpty, "\(finding.faults.map(\.description).joined(separator: "\n"))")
        }
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

    /// A product with the wrong sign, such as that of one tap. It is found exactly where it changes what the kernel makes: the
    /// first product of a row may be one with padding alone.
    @Test(arguments: ConvolutionPlant.allCases)
    func aPlantedBugIsNamed(_ plant: ConvolutionPlant) throws {
        let session = try session()
        let options = plant.options(options())
        let lowered = try session.lowered(options.plans[0], options)
        // The last of the kernels that make the value, and the last one of them that multiplies.
        let index = try #require(lowered.steps.lastIndex { $0.name == plant.value })
        let node = lowered.steps[index].node
        let multiplying = lowered.steps.last { $0.node == node && lowered.plantingPlaces(step: $0.name) > 0 }
        let step = try #require(multiplying).name
        let places = lowered.plantingPlaces(step: step)
        let made = { (subject: Subject) in
            try subject.run(0) { try $0.runFingerprinted($1, batch: 2, scalars: $2) }.values[index]
        }
        let sound = try made(try Subject(session, options))
        var harmful = 0
        // The short run goes on from the middle until there is one.
        let tried = isLongRun ? Array(stride(from: 0, to: places, by: max(1, places / 24))) : Array(places / 2..<places)
        for place in tried where isLongRun || harmful == 0 {
            var faulty = options
            faulty.plantedFault = PlantedFault(step: step, occurrence: place)
            let subject = try Subject(session, faulty)
            let finding = try KernelChecks(subject: subject).run()
            guard try made(subject) != sound else {
                #expect(finding.faults.isEmpty, "product \(place) changes nothing")
                continue
            }
            harmful += 1
            let fault = try #require(finding.faults.first, "product \(place) of \(places) is not found")
            #expect(finding.faults.allSatisfy { $0.step == plant.value }, "somebody else is accused: \(finding.faults)")
            #expect(fault.kernel != nil && fault.source.hasPrefix("tiny.graph:"))
            #expect(fault.place?.contains("/kernels/") ?? false && fault.place?.contains(".c:") ?? false)
            #expect((finding.worst ?? 0) > 1000, "far beyond what rounding explains")
        }
        #expect(harmful > 0, "no product of \(places) changes anything")
    }

    /// A kernel with a bug in it.
    enum ConvolutionPlant: CaseIterable, Sendable {
        case direct, winograd, patch, weights

        var value: String {
            switch self {
            case .direct, .winograd: "deep"
            case .patch: "up"
            case .weights: "grad.deep.weight"
            }
        }

        func options(_ options: CompileOptions) -> CompileOptions {
            var options = options
            options.plans = [self == .weights ? .gradients : .infer]
            options.convolutions = self == .direct ? .direct : self == .winograd ? .winograd4 : .auto
            return options
        }
    }
}
