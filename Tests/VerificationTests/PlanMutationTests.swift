import Base
import Driver
import Strategy
import Emission
import GraphIR
import Kernels
import MemoryPlanning
import Passes
import TestSupport
import Testing

@testable import Runtime

/// Plans that are broken on purpose: what computes anything else has to be noticed by the verifier, and by poison when the
/// executor runs it.
@Suite struct PlanMutationTests {
    /// The long run has more.
    static let nets = Array(all.prefix(isLongRun ? all.count : 1))
    private static let all = [
        TestNet.small, TestNet("resunet", ["width": 4, "size": 16, "groups": 2]),
        TestNet("unet-unpool", ["width": 2, "size": 32]), TestNet("attention-unet", ["width": 2, "size": 16]),
    ]

    /// Gradients and updates with values made again.
    @Test(arguments: isLongRun ? [PlanKind.gradients, .train] : [.train], nets)
    func whatChangesResultsIsCaughtTwice(_ kind: PlanKind, _ net: TestNet) throws {
        let sound = try MutableModel(net, kind)
        let expected = try sound.outcome(of: sound.plan)
        try #require(expected.caught == nil, "the plan itself: \(expected.caught ?? "")")
        var random = SplitMix64(seed: 5)
        var (changed, harmless, refused) = (0, 0, 0)
        for mutation in Mutation.allCases {
            for _ in 0..<(isLongRun ? 200 : 24) {
                guard let mutant = mutation.mutate(sound.plan, &random) else { continue }
                let violations = verifyPlan(mutant.plan)
                let outcome = try sound.outcome(of: mutant.plan)
                let differs = outcome.results != expected.results
                if differs {
                    changed += 1
                    #expect(!violations.isEmpty, "the verifier passes \(mutant.text), which changes results")
                    #expect(outcome.caught != nil, "poison does not show \(mutant.text), which changes results")
                } else if violations.isEmpty {
                    harmless += 1
                    #expect(outcome.caught == nil, "\(mutant.text) is fine, but poison says \(outcome.caught ?? "")")
                } else {
                    // Refused by rule, though this run computes the same.
                    refused += 1
                }
            }
        }
        #expect(changed >= 40, "mutants that change results; \(harmless) are harmless, \(refused) refused all the same")
    }
}

/// A way to break a plan.
private enum Mutation: CaseIterable {
    case shrunkLifetime, shiftedOffset, swappedBuffers, illegalInPlace, movedView

    /// nil where the plan has nothing of the kind.
    func mutate(_ sound: Plan, _ random: inout SplitMix64) -> (plan: Plan, text: String)? {
        var plan = sound
        let graph = plan.program.graph
        let arena = plan.buffers.indices.filter { plan.buffers[$0].region == .arena && plan.buffers[$0].bytes > 0 }
        let name = { (buffer: Int) in graph[sound.buffers[buffer].root].name }
        func pick<T>(_ items: [T]) -> T? { items.isEmpty ? nil : items[Int(random.next() % UInt64(items.count))] }
        switch self {
        case .shrunkLifetime:
            // As if the first had died before the second was made.
            guard let first = pick(arena) else { return nil }
            let others = arena.filter {
                let (a, b) = (plan.buffers[first], plan.buffers[$0])
                return $0 != first && a.firstStep < b.firstStep && b.firstStep <= a.lastStep
            }
            guard let second = pick(others) else { return nil }
            plan.buffers[second].offset = plan.buffers[first].offset
            plan.arenaBytes = max(plan.arenaBytes, plan.buffers[second].offset + plan.buffers[second].bytes)
            return (plan, "\(name(second)) over \(name(first))")
        case .shiftedOffset:
            guard let buffer = pick(arena), let shift = pick([-256, -64, 64, 128, 1024]) else { return nil }
            plan.buffers[buffer].offset = max(0, plan.buffers[buffer].offset + shift)
            plan.arenaBytes = max(plan.arenaBytes, plan.buffers[buffer].offset + plan.buffers[buffer].bytes)
            return (plan, "\(name(buffer)) shifted by \(shift)")
        case .swappedBuffers:
            guard let a = pick(arena), let b = pick(arena), a != b else { return nil }
            (plan.buffers[a].offset, plan.buffers[b].offset) = (plan.buffers[b].offset, plan.buffers[a].offset)
            for index in [a, b] {
                plan.arenaBytes = max(plan.arenaBytes, plan.buffers[index].offset + plan.buffers[index].bytes)
            }
            return (plan, "\(name(a)) and \(name(b)) swapped")
        case .illegalInPlace:
            let pairs = plan.steps.flatMap { id in
                graph[id].operands.filter { operand in
                    guard let a = plan.locations[id.index], let b = plan.locations[operand.index] else { return false }
                    return a != b && plan.buffers[a.buffer].region == .arena && plan.buffers[b.buffer].region == .arena
                        && a.sampleStride == b.sampleStride && graph[id].type == graph[operand].type
                }.map { (id, $0) }
            }
            guard let (result, operand) = pick(pairs), let place = plan.locations[operand.index] else { return nil }
            plan.locations[result.index]?.buffer = place.buffer
            plan.locations[result.index]?.elementOffset = place.elementOffset
            return (plan, "\(graph[result].name) in the place of \(graph[operand].name)")
        case .movedView:
            let views = graph.ids.filter { id in
                guard let place = plan.locations[id.index] else { return false }
                return plan.buffers[place.buffer].root != id && plan.buffers[place.buffer].region == .arena
            }
            guard let view = pick(views), let change = pick([-64, -16, 16, 64]) else { return nil }
            let offset = (plan.locations[view.index]?.elementOffset ?? 0) + change
            plan.locations[view.index]?.elementOffset = max(0, offset)
            return (plan, "the view \(graph[view].name) moved by \(change)")
        }
    }
}

/// A compiled model whose tables can be those of another plan with the same steps.
private struct MutableModel {
    let plan: Plan
    private let lowered: LoweredPlan
    private let target: CompileOptions
    private let model: Model

    init(_ net: TestNet, _ kind: PlanKind) throws {
        var options = net.options()
        options.plans = [kind]
        if kind == .train {
            options = net.name == TestNet.small.name ? try TestNet.smallMakingAgain.get() : try net.optionsMakingAgain()
        }
        target = options
        let compiled = try net.session().compileSharedObject(options)
        lowered = compiled.plans[0]
        plan = lowered.plan
        model = try Model.load(path: compiled.product)
    }

    /// Bits of all results of a plain run, and what a poisoned run says; a model that is refused is caught as well.
    func outcome(of plan: Plan) throws -> (results: [UInt32], caught: String?) {
        let tensors = LoweredPlan(
            lowered.kind, plan: plan, target: target.target, building: KernelBuilder()
        ).tensors
        let scalars = StepScalars.adam(step: 1, learningRate: 1e-3)
        do {
            return try withModel(tensors, arenaBytes: plan.arenaBytes) { model in
                let plain = try run(model) { try $0.runFingerprinted($1, batch: 2, scalars: scalars) }
                let poisoned = try run(model) { try $0.runPoisoned($1, batch: 2, scalars: scalars) }
                let differs = plain.value != poisoned.value.fingerprints
                return (plain.results, poisoned.value.fault?.description ?? (differs ? "other bits" : nil))
            }
        } catch let error as RuntimeError {
            return ([], error.message)
        }
    }

    private func run<T>(
        _ model: Model, _ body: (Executor, PlanHandle) throws -> T
    ) throws -> (value: T, results: [UInt32]) {
        let parameters = try ParameterStore(model: model, initialValues: .he, seed: 1)
        let executor = try Executor(
            model: model, parameters: parameters, plans: [lowered.name], threads: 1,
            optimizer: model.plans[0].updatesParameters ? "adam" : nil)
        let handle = try executor.plan(lowered.name)
        var random = SplitMix64(seed: 3)
        for tensor in model.plans[0].inputs {
            for sample in 0..<2 {
                try executor.withInput(tensor.name, plan: handle, sample: sample) { values in
                    for index in values.indices { values[index] = Float(random.unit()) }
                }
            }
        }
        let value = try body(executor, handle)
        var results = try model.plans[0].outputs.flatMap { try executor.read($0.name, plan: handle).map(\.bitPattern) }
        for parameter in model.parameters { results += try parameters.values(of: parameter.name).map(\.bitPattern) }
        return (value, results)
    }

    /// The model with the tensors of another plan.
    private func withModel<T>(
        _ entries: [TensorEntry], arenaBytes: Int, _ body: (Model) throws -> T
    ) throws -> T {
        try model.withFirstPlan { plan, tensors in
            for (index, entry) in entries.enumerated() {
                tensors[index].offset = UInt64(entry.offset)
                tensors[index].part_of = Int32(entry.partOf.map { $0 + 1 } ?? 0)
            }
            plan.arena_bytes = UInt64(arenaBytes)
        } body: {
            try body($0)
        }
    }
}
