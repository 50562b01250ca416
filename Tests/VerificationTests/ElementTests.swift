import Base
import Emission
import GraphIR
import KernelIR
import Inspection
import MemoryPlanning
import Passes
import Programs
import Runtime
import Strategy
import TestSupport
import Testing

@testable import Driver
@testable import Verification

/// Values that are stored with fewer bits between two steps.
@Suite struct ElementTests {
    private static func options(_ values: [String], _ backend: Backend = .c) -> CompileOptions {
        var options = CompileOptions(target: .native(), batch: 3, jobs: 2)
        options.backend = backend
        options.elements = Dictionary(uniqueKeysWithValues: values.map { ($0, .bfloat16) })
        return options
    }

    /// Between two convolutions, behind a pooling, in front of a concat, a gradient; all of them together.
    private static let choices = [
        ["down"], ["deep"], ["deep.max_pool"], ["up"], ["d_deep.max_pool"], ["down", "deep", "deep.max_pool", "up"],
    ]

    /// Every kernel against the oracle, which rounds what it stores; places, poison and threads as ever.
    @Test(arguments: choices)
    func aNetIsSound(_ values: [String]) throws {
        let session = try TinyGraph.session()
        let tensors = try PlanKind.allCases.filter { !$0.isTile }.flatMap {
            try session.lowered($0, Self.options(values)).tensors
        }
        let stored = Set(tensors.filter { $0.type.element == .bfloat16 }.map(\.name))
        #expect(stored == Set(values), "there are \(Set(tensors.map(\.name)).sorted())")
        let report = try verify(session, Self.options(values))
        #expect(report.isSound, "\(report.checks.flatMap(\.faults).map(\.description).joined(separator: "\n"))")
    }

    /// All maps in fewer bits and multiplied as such: every kernel within the bounds that follow from rounded factors.
    @Test(arguments: Backend.allCases)
    func aNetOfBF16IsSound(_ backend: Backend) throws {
        let session = try TinyGraph.session()
        var options = Self.options([], backend)
        options.precision = .bfloat16
        let lowered = try session.lowered(.train, options)
        let program = lowered.plan.program
        #expect(program.steps.contains { program[$0].choice?.factors == .bfloat16 })
        #expect(try Program(parsing: program.text) == program)
        let maps = lowered.tensors.filter { $0.type.element == .bfloat16 }
        #expect(
            maps.count > 5 && lowered.tensors.filter { $0.name == "logits" }.allSatisfy { $0.type.element == .float32 })
        let report = try verify(session, options)
        #expect(report.isSound, "\(report.checks.flatMap(\.faults).map(\.description).joined(separator: "\n"))")
    }

    /// C uses the processor's instructions for words of two bf16 where it has them, Swift never does.
    @Test func instructionsAndTheirReplacementMakeTheSameBits() throws {
        let session = try TinyGraph.session()
        let fingerprints = try [Backend.c, .swift].map { backend in
            var options = Self.options([], backend)
            options.precision = .bfloat16
            let subject = try Subject(session, options)
            return try subject.plans.map { plan, _ in
                try subject.run(plan) { try $0.runFingerprinted($1, batch: 3, scalars: $2) }.values
            }
        }
        #expect(fingerprints[0] == fingerprints[1])
    }

    /// Precision belongs to how a graph is compiled, not to its structure: checkpoints of one serve the other.
    @Test func precisionIsNoPartOfTheStructure() throws {
        let path = TestFolder.path + "/precision.graph"
        let graphs = try ["", "train { precision: bf16 }", "train { precision: f32 }"].map { options in
            try writeText(
                """
                graph g() {
                  input x: [3, 8, 8]
                  output y = conv(x, 16, kernel: 3, padding: 1)
                  \(options)
                }
                """, to: path)
            return try Session(path: path, overrides: []).graph
        }
        #expect(graphs.map(\.training.precision) == [.float32, .bfloat16, .float32])
        #expect(Set(graphs.map(\.structureHash)).count == 1)
    }

    @Test func kernelsInSwiftConvertAsThoseInC() throws {
        let session = try TinyGraph.session()
        let values = ["down", "deep", "deep.max_pool", "up"]
        let fingerprints = try [Backend.c, .swift].map { backend in
            let subject = try Subject(session, Self.options(values, backend))
            return try subject.plans.map { plan, _ in
                try subject.run(plan) { try $0.runFingerprinted($1, batch: 3, scalars: $2) }.values
            }
        }
        #expect(fingerprints[0] == fingerprints[1])
    }

    /// The value takes half the bytes in the plan, its table and the emitted model; texts read back.
    @Test func plansAndTextsSayIt() throws {
        let session = try TinyGraph.session()
        let plain = try session.lowered(.train, Self.options([]))
        let lowered = try session.lowered(.train, Self.options(["deep"]))
        let (before, after) = (
            try #require(plain.tensors.first { $0.name == "deep" }),
            try #require(lowered.tensors.first { $0.name == "deep" })
        )
        #expect(after.type.element == .bfloat16 && before.type.element == .float32)
        #expect(after.bytes * 2 == before.bytes && after.sampleStrideBytes * 2 == before.sampleStrideBytes)
        let program = lowered.plan.program
        #expect(program.text.contains("] bf16"))
        #expect(try Program(parsing: program.text) == program)
        let dump = try session.dump(.planned, of: .train, Self.options(["deep"]))
        #expect(try StageDump(parsing: dump.text).text == dump.text)
    }

    /// A concat's operand that is stored otherwise is copied; as a part of it, it would be read as something else.
    @Test func whatIsStoredOtherwiseIsNoView() throws {
        let session = try TinyGraph.session()
        let plan = try session.lowered(.infer, Self.options(["up"])).plan
        let program = plan.program
        let concat = try #require(program.steps.first { program.form(of: $0) == .joined })
        let up = try #require(program.graph.id(named: "up"))
        #expect(plan.steps.contains(concat) && verifyPlan(plan).isEmpty)
        var broken = plan
        broken.steps.removeAll { $0 == concat }
        broken.locations[up.index]?.buffer = plan.locations[concat.index]?.buffer ?? 0
        broken.locations[up.index]?.sampleStride = 2 * (plan.locations[concat.index]?.sampleStride ?? 0)
        #expect(verifyPlan(broken).contains { $0.message.contains("is not in its slice") })
    }

    /// A copied operand takes the bytes of its slice, however it is stored itself; what lies beside it stays.
    @Test func aCopyIsAsLongAsItsSlice() throws {
        let path = TestFolder.path + "/copied.graph"
        try writeText(
            """
            graph copied() {
              input x: [3, 8, 8]
              a = conv(x, 16, kernel: 3, padding: 1)
              c = conv(x, 16, kernel: 3, padding: 1)
              b = conv(c, 16, kernel: 3, padding: 1)
              output y = conv(concat(a, b), 16, kernel: 1) * a + c
            }
            """, to: path)
        let plan = try Session(path: path, overrides: []).lowered(.infer, Self.options(["b"])).plan
        let graph = plan.program.graph
        let concat = try #require(plan.program.steps.first { plan.program.form(of: $0) == .joined })
        let (a, c) = (try #require(graph.id(named: "a")), try #require(graph.id(named: "c")))
        let whole = try #require(plan.locations[concat.index])
        try #require(plan.locations[a.index]?.buffer == whole.buffer && plan.steps.contains(concat))
        var broken = plan
        broken.locations[c.index] = whole
        broken.locations[c.index]?.elementOffset += 16 * 64
        #expect(verifyPlan(broken).contains { $0.message.contains("reads \"c\"") }, "\(verifyPlan(broken))")
    }

    /// What an epilogue takes away nearly all of is not rounded before that.
    @Test func onlyWhatIsStoredIsRounded() throws {
        let path = TestFolder.path + "/pooled.graph"
        try writeText(
            """
            graph pooled() {
              input x: [8, 16, 16]
              a = conv(x, 8, kernel: 3, padding: 1)
              b = conv(x, 8, kernel: 3, padding: 1, stride: 2)
              s = avg_pool(a, kernel: 2) + b
              output y = conv(s, 8, kernel: 3, padding: 1)
            }
            """, to: path)
        var options = Self.options(["b", "s"])
        options.plans = [.infer]
        options.convolutions = .direct
        let subject = try Subject(try Session(path: path, overrides: []), options)
        let graph = subject.compiled.plans[0].graph
        let sum = graph[try #require(graph.id(named: "s"))]
        try #require(sum.type.element == .bfloat16 && !sum.epilogue.isEmpty)
        let finding = try KernelChecks(subject: subject).run()
        #expect(finding.faults.isEmpty, "\(finding.faults.map(\.description).joined(separator: "\n"))")
    }

    /// BLAS reads floats.
    @Test func whatCannotConvertIsRefused() throws {
        var options = Self.options(["down"])
        options.convolutions = .gemm
        let error = try #require(throws: DriverError.self) {
            try TinyGraph.session().lowered(.infer, options)
        }
        #expect("\(error)".contains("is stored as bf16, where the function takes 32-bit floats"), "\(error)")
    }
}
