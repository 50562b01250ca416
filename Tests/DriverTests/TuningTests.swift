import Driver
import Strategy
import Emission
import Foundation
import Kernels
import Passes
import Runtime
import TestSupport
import Testing

extension CompiledTests {
    @Suite struct TuningTests {
        private let session: Session
        private let options: CompileOptions

        init() throws {
            let text = """
                graph tiny() {
                  input x: [16, 6, 6]
                  target t: [1, 3, 3]
                  a = relu(conv(x, 16, kernel: 3, padding: 1))
                  b = conv(a, 16, kernel: 3, stride: 2, padding: 1)
                  c = conv(b, 1, kernel: 1)
                  output y = c
                  loss bce_with_logits(c, t)
                }
                """
            session = try Session(path: try TestFolder.write(text), overrides: [])
            var options = CompileOptions(target: .native(), batch: 2, jobs: 2)
            options.cacheFolder = "\(TestFolder.path)/tuning-\(UInt64.random(in: 0 ... .max))"
            self.options = options
        }

        /// Seconds by the names of the steps' algorithms, in the place of a clock; preparing weights takes none.
        private func clock(_ favourite: String) -> (String, String) throws -> [Double] {
            { path, plan in
                try Model.load(path: path).plan(plan).steps.map { step in
                    if step.algorithm.contains("weight") { return 0 }
                    return step.algorithm.hasPrefix(favourite) ? 0.001 : 1
                }
            }
        }

        private func algorithms(_ kind: PlanKind, _ options: CompileOptions) throws -> [String] {
            let plan = try session.lowered(kind, options)
            return plan.graph.ids.compactMap { id in
                plan.plan.program.step(id)?.choice.map {
                    "\(plan.graph[id].name) \($0.algorithm.name) \($0.reason.rawValue)"
                }
            }
        }

        @Test func theFastestWins() throws {
            for (favourite, name) in [("winograd F(2,3)", "winograd2"), ("direct", "direct")] {
                var options = options
                options.cacheFolder = try #require(options.cacheFolder) + favourite.prefix(3)
                options.winners = try session.tune(options, stepSeconds: clock(favourite)).winners
                let chosen = try algorithms(.train, options)
                #expect(chosen.contains("a \(name) tuned"), "\(chosen)")
                #expect(chosen.contains("b direct tuned"), "\(chosen)")
            }
        }

        @Test func whatHasBeenMeasuredIsKept() throws {
            let first = try session.tune(options, stepSeconds: clock("direct"))
            #expect(first.measured > 0)
            #expect(first.known == 0)
            let second = try session.tune(options) { _, _ in
                Issue.record("measured again")
                return []
            }
            #expect(second.measured == 0)
            #expect(second.known == first.measured)
            #expect(second.winners == first.winners)
            let text = try String(contentsOfFile: first.record, encoding: .utf8)
            #expect(text.hasPrefix("# unetc "))
            #expect(text.contains("conv 16x6x6 to 16x6x6, kernel 3x3"))
        }

        @Test(arguments: ["", "nonsense\n\t\t\n", "a\tb\tc\n", "\u{0}\u{FFFD}"])
        func aDamagedRecordIsMeasuredAnew(_ damage: String) throws {
            let first = try session.tune(options, stepSeconds: clock("direct"))
            try writeText(damage, to: first.record)
            let second = try session.tune(options, stepSeconds: clock("direct"))
            #expect(second.measured == first.measured)
            #expect(second.winners == first.winners)
        }

        /// The lines of a damaged record that are whole still count.
        @Test func wholeLinesSurvive() throws {
            let first = try session.tune(options, stepSeconds: clock("direct"))
            let text = try String(contentsOfFile: first.record, encoding: .utf8)
            try writeText(String(text.dropLast(70)), to: first.record)
            let second = try session.tune(options, stepSeconds: clock("direct"))
            #expect(second.measured > 0)
            #expect(second.measured < first.measured)
            #expect(second.winners == first.winners)
        }

        /// A winner that cannot compute the shape does not count as known.
        @Test func impossibleWinnersAreMeasuredAnew() throws {
            let first = try session.tune(options, stepSeconds: clock("direct"))
            let text = try String(contentsOfFile: first.record, encoding: .utf8)
            let impossible = text.replacingOccurrences(of: "\tdirect\t", with: "\tpatch\t")
            #expect(impossible != text)
            try writeText(impossible, to: first.record)
            let second = try session.tune(options, stepSeconds: clock("direct"))
            #expect(second.measured > 0)
            #expect(second.winners == first.winners)
        }

        @Test func recordsAreNotSharedByDifferentMachines() throws {
            let first = try session.tune(options, stepSeconds: clock("direct"))
            var other = options
            other.jobs = 3
            #expect(try session.tune(other, stepSeconds: clock("direct")).record != first.record)
        }

        /// A plain compile does not depend on what has been measured, so that it gives the same files everywhere.
        @Test func onlyTuningReadsTheRecord() throws {
            _ = try session.tune(options, stepSeconds: clock("winograd F(2,3)"))
            #expect(try algorithms(.train, options).allSatisfy { $0.hasSuffix("cost model") })
        }

        /// With real kernels and a real clock.
        @Test func aTunedModelTrains() throws {
            var options = options
            options.winners = try session.tune(options) { path, plan in
                let model = try Model.load(path: path)
                let executor = try Executor(
                    model: model, parameters: try ParameterStore(model: model), plans: [plan], threads: 2,
                    optimizer: plan == "train" ? "adam" : nil)
                return try executor.runProfiled(
                    try executor.plan(plan), batch: 2, scalars: .adam(step: 1, learningRate: 1e-3))
            }.winners
            #expect(!options.winners.isEmpty)
            let model = try session.emit(options).model
            let json = try #require(model.files.first { $0.path == "plan.json" }).text
            #expect(json.contains("\"by\": \"tuned\""))
            #expect(try algorithms(.infer, options).contains { $0.hasSuffix("tuned") })
            #expect(try Model.load(path: try session.compileSharedObject(options).product).graphName == "tiny")
        }
    }
}
