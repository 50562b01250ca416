import Base
import Driver
import Emission
import GraphIR
import Strategy
import TestSupport
import Testing

@testable import Runtime
@testable import Verification

/// What `placement` and `fusion` pass and find, in every precision.
@Suite struct WholeNetTests {
    private static func options(_ precision: ElementType) -> CompileOptions {
        var options = CompileOptions(target: .native(), batch: 2, jobs: 2)
        options.plans = [.gradients]
        options.precision = precision
        return options
    }

    private func expectSound(_ subject: Subject) throws {
        let checks = WholeNetChecks(subject: subject)
        for finding in [try checks.placement(), try checks.fusion()] {
            #expect(finding.count > 5)
            #expect(finding.faults.isEmpty, "\(finding.faults.map(\.description).joined(separator: "\n"))")
        }
    }

    /// Gates, whose gradients are sums of products of small differences.
    @Test(arguments: ElementType.allCases)
    func gatesAreSound(_ precision: ElementType) throws {
        _ = TestFolder.path
        let net = TestNet("attention-unet", ["width": 4, "size": 16])
        try expectSound(try Subject(try net.session(), Self.options(precision)))
    }

    /// A training whose values are made again, beside one that makes none again.
    @Test(arguments: ElementType.allCases)
    func whatIsMadeAgainIsTheSame(_ precision: ElementType) throws {
        var options = try TestNet.small.optionsMakingAgain(in: precision)
        options.plans = [.train]
        let subject = try Subject(try TestNet.small.session(), options)
        try #require(subject.compiled.plans[0].steps.contains { $0.name.contains(".again") })
        let finding = try WholeNetChecks(subject: subject).placement()
        #expect(finding.count > subject.model.parameters.count)
        #expect(finding.faults.isEmpty, "\(finding.faults.map(\.description).joined(separator: "\n"))")
    }

    /// The first product with the wrong sign, from the middle of a kernel's text on, that changes what `body` finds.
    private func plant(
        into value: String, counting precision: ElementType, compiling: ElementType,
        _ body: (WholeNetChecks) throws -> Finding
    ) throws -> Finding? {
        let session = try TinyGraph.session()
        let lowered = try session.lowered(.gradients, Self.options(precision))
        let step = try #require(
            lowered.steps.last {
                lowered.graph[$0.node].name == value && lowered.plantingPlaces(step: $0.name) > 0
            }
        ).name
        let places = lowered.plantingPlaces(step: step)
        for place in places / 2..<places {
            var options = Self.options(compiling)
            options.plantedFault = PlantedFault(step: step, occurrence: place)
            let finding = try body(WholeNetChecks(subject: try Subject(session, options)))
            if !finding.faults.isEmpty { return finding }
        }
        return nil
    }

    /// A kernel that computes something else where the planner has put its operands.
    @Test(arguments: ElementType.allCases)
    func aKernelThatDependsOnItsPlaceIsNamed(_ precision: ElementType) throws {
        let finding = try plant(into: "deep", counting: precision, compiling: precision) { try $0.placement() }
        let faults = try #require(finding, "no planted fault is found").faults
        let fault = try #require(faults.first)
        #expect(fault.step.hasPrefix("deep") && fault.kernel != nil && fault.source.hasPrefix("tiny.graph:"))
    }

    /// A kernel that computes something else where an operator is fused into it. Also of a net in fewer bits: what is compared
    /// is its twin in floats.
    @Test(arguments: ElementType.allCases)
    func whatFusionChangesIsFound(_ precision: ElementType) throws {
        let finding = try plant(into: "deep", counting: .float32, compiling: precision) { try $0.fusion() }
        let faults = try #require(finding, "no planted fault is found").faults
        #expect(faults.contains { $0.step == "y" } && faults.contains { $0.step == "loss" })
    }

    /// A value in the place of another one that is still needed, as a bug of the planner would have it.
    @Test(arguments: ElementType.allCases)
    func aValueInTheWrongPlaceIsFound(_ precision: ElementType) throws {
        var subject = try Subject(try TinyGraph.session(), Self.options(precision))
        let tensors = subject.model.plans[0].tensors
        let image = try #require(tensors.first { $0.name == "image" })
        let logits = try #require(tensors.firstIndex { $0.name == "logits" })
        try #require(image.region == .arena && tensors[logits].region == .arena)
        try subject.model.withFirstPlan { _, tensors in
            tensors[logits].offset = UInt64(image.offset)
        } body: { model in
            subject.model = model
            let finding = try WholeNetChecks(subject: subject).placement()
            // It alone reads the picture after that.
            #expect(finding.faults.map(\.step) == ["grad.down.weight"], "\(finding.faults)")
        }
    }
}
