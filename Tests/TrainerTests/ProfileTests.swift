import Base
import Platform
import Runtime
import Testing
import TrainerTestSupport

@testable import DataSets
@testable import Reporting
@testable import Trainer
@testable import TrainerSupport

/// What `--profile` records of a session.
@Suite struct ProfileTests {
    private static let net = ["--quiet", "--batch", "3"]

    private func train(_ data: TestFolder, _ output: String, _ more: [String]) throws {
        try TinyRuns.run(["train", "--data", data.path, "--out", output] + Self.net + more)
    }

    // MARK: Reading a trace

    private struct Event {
        var name: String
        var category: String
        var thread: Int
        /// Nanoseconds.
        var begin: Int
        var end: Int
        var arguments: JSON
        var step: Int { arguments["step"]?.integer ?? 0 }
        var place: Int? { arguments["place"]?.integer }
    }

    private func events(_ path: String) throws -> [Event] {
        let trace = try JSON(parsing: FileSystem.text(of: path))
        #expect(trace["otherData"]?["dropped_spans"]?.integer == 0)
        return try #require(trace["traceEvents"]?.array).filter { $0["ph"]?.string == "X" }.map { event in
            let begin = try #require(event["ts"]?.number)
            return Event(
                name: try #require(event["name"]?.string), category: try #require(event["cat"]?.string),
                thread: try #require(event["tid"]?.integer), begin: Int((1000 * begin).rounded()),
                end: Int((1000 * begin).rounded()) + Int((1000 * (try #require(event["dur"]?.number))).rounded()),
                arguments: try #require(event["args"]))
        }
    }

    /// Slices of a thread lie apart or one within the other.
    private func expectNested(_ events: [Event]) {
        for (thread, own) in Dictionary(grouping: events, by: \.thread) {
            var open: [Event] = []
            for event in own {
                while let last = open.last, last.end <= event.begin { open.removeLast() }
                if let last = open.last {
                    #expect(
                        last.begin <= event.begin && event.end <= last.end,
                        "thread \(thread): \(event) in \(last)")
                }
                #expect(event.begin >= 0 && event.begin <= event.end, "\(event.name)")
                open.append(event)
            }
        }
    }

    // MARK: Whole runs

    @Test(
        arguments: [1, 2],
        [["--epochs", "2"], ["--epochs", "2", "--accumulate", "2", "--clip", "1", "--ema", "0.9"]])
    func everyStepOfThePlanOccursOnceABatch(threads: Int, more: [String]) throws {
        let data = try TinyRuns.pictures()
        let file = data.file("steps.json")
        try train(data, data.file("run"), more + ["--threads", "\(threads)", "--profile", file])
        try train(data, data.file("plain"), more + ["--threads", "\(threads)"])
        for name in ["checkpoint.safetensors", "hashes.csv"] {
            #expect(bytes(data.file("run/" + name)) == bytes(data.file("plain/" + name)), "recording changes \(name)")
        }
        let events = try events(file)
        expectNested(events)
        let plan = try PixelModel.load().plan("train")
        // Eight pictures in batches of three: three batches an epoch, in one step each or in two steps.
        let accumulates = more.contains("--accumulate")
        let steps = accumulates ? [1: 2, 2: 1, 3: 2, 4: 1] : [1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1]
        for (step, batches) in steps {
            let own = events.filter { $0.place != nil && $0.step == step }
            for (place, info) in plan.steps.enumerated() {
                let slices = own.filter { $0.place == place }
                #expect(slices.allSatisfy { $0.name == info.name }, "step \(step), place \(place): \(slices)")
                let last = step * (accumulates ? 2 : 1) >= 3 ? 2 : 3
                let least = batches * info.tasks(batch: last)
                let tasks = slices.reduce(0) { $0 + ($1.arguments["tasks"]?.integer ?? 0) }
                let expected = least...batches * info.tasks(batch: 3)
                #expect(expected.contains(tasks), "\(info.name) of step \(step): \(tasks) tasks")
                #expect((batches...batches * threads).contains(slices.count), "\(info.name) of step \(step)")
            }
        }
        #expect(events.filter { $0.place != nil }.allSatisfy { steps[$0.step] != nil && $0.thread < threads })
        expectSpans(events, steps: steps.count, batches: 6, sums: accumulates)
    }

    /// How often what beside plans takes time occurs in two epochs.
    private func expectSpans(_ events: [Event], steps: Int, batches: Int, sums: Bool) {
        let counts = Dictionary(grouping: events.filter { $0.place == nil }, by: \.name).mapValues(\.count)
        let expected = [
            "wait for pictures": batches, "load pictures into the net": batches, "decode": 16, "augment": 16,
            "validation": 2, "checkpoint": 2, "norm of gradients": sums ? steps : 0, "optimizer": sums ? steps : 0,
            "average of weights": sums ? steps : 0,
        ]
        for (name, count) in expected.sorted(by: { $0.key < $1.key }) {
            #expect(counts[name, default: 0] == count, "\(name)")
        }
        for step in 1...steps { #expect(counts["step \(step)"] == 1, "step \(step)") }
        for event in events where event.name == "decode" || event.name == "augment" {
            #expect(event.thread >= 10_000, "\(event.name)")
            #expect(event.arguments["sample"]?.string?.hasPrefix("p") == true)
        }
    }

    @Test func aWindowHasItsStepsAlone() throws {
        let data = try TinyRuns.pictures()
        let file = data.file("steps.json")
        try train(data, data.file("run"), ["--epochs", "1", "--threads", "1"])
        // Steps 4 to 9 of the run are 1 to 6 of the session.
        try train(
            data, data.file("run"),
            [
                "--epochs", "3", "--threads", "2", "--resume", "--profile", file, "--profile-steps", "2:3",
            ])
        let events = try events(file)
        expectNested(events)
        #expect(Set(events.filter { $0.place != nil }.map(\.step)) == [5, 6])
        // The epoch ends with the window.
        #expect(events.count { $0.name == "validation" } == 1)
        #expect(events.count { $0.name == "checkpoint" } == 1)
    }

    @Test func asSessionsEndTheirTraceIsWhole() throws {
        let data = try TinyRuns.pictures()
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        pthread_kill(pthread_self(), SIGTERM)
        defer {
            var none = timespec()
            sigtimedwait(&set, nil, &none)
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
        }
        let early = data.file("early.json")
        try train(data, data.file("a"), ["--epochs", "2", "--threads", "1", "--profile", early])
        let events = try events(early)
        expectNested(events)
        #expect(events.filter { $0.name.hasPrefix("step ") }.map(\.name) == ["step 1"])
        #expect(events.count { $0.name == "checkpoint" } == 1, "of the interruption")
        let late = data.file("late.json")
        try train(
            data, data.file("b"), ["--epochs", "2", "--threads", "1", "--profile", late, "--profile-steps", "5:9"])
        #expect(try self.events(late).isEmpty)
    }

    @Test func foldsAreRecordedOnce() throws {
        let data = try TinyRuns.pictures()
        let file = data.file("steps.json")
        try train(data, data.file("run"), ["--epochs", "1", "--threads", "1", "--folds", "2", "--profile", file])
        let steps = try events(file).filter { $0.name.hasPrefix("step ") }.map(\.step)
        #expect(steps == Array(1...steps.count), "the first fold's: \(steps)")
    }

    @Test func aFileThatCannotBeWrittenIsSaidBeforeTraining() throws {
        let data = try TinyRuns.pictures()
        let text = message {
            let file = data.file("none/steps.json")
            try train(data, data.file("run"), ["--epochs", "1", "--threads", "1", "--profile", file])
        }
        #expect(text.contains("none/steps.json") && text.contains("its folder has to be there"), "\(text)")
        #expect(!FileSystem.isFile(data.file("run/checkpoint.safetensors")))
    }

    // MARK: Parts

    @Test(arguments: [
        ("", "expected the first and the last step"), ("0:3", "expected the first"), ("5:4", "expected the first"),
        ("1:2:3", "expected the first"), ("a:b", "expected the first"), ("1:", "expected the first"),
        ("-1", "expected the first"), ("1:1001", "these are 1001 steps, at most 1000"),
        ("1:9223372036854775807", "at most 1000"),
    ])
    func windowsThatMakeNoSenseAreRefused(text: String, expected: String) {
        let found = message { _ = try ProfileWindow(parsing: text) }
        #expect(found.contains(expected), "\(text): \(found)")
    }

    @Test func windowsAreRead() throws {
        #expect(try ProfileWindow(parsing: "7") == ProfileWindow(first: 1, last: 7))
        #expect(try ProfileWindow(parsing: "501:1500") == ProfileWindow(first: 501, last: 1500))
        #expect(throws: (any Error).self) {
            try parse(["trainer", "train", "--out", "x", "--profile-steps", "1:2"])
        }
    }

    @Test(arguments: ["a \"b\"", "back\\slash", "line\nbreak\t", "\u{1}\u{7f}", "ünët 日本", "</script>", ""])
    func oddNamesMakeValidTraces(name: String) throws {
        let folder = try TestFolder()
        let slice = TraceSlice(
            name: name, category: "c", begin: 1_000_007, end: 1_000_999, arguments: [(name, .string(name))])
        try Trace(
            header: [("graph", .string(name))],
            threads: [TraceThread(number: 3, name: name, slices: [slice, slice])]
        ).write(to: folder.file("t.json"))
        let trace = try JSON(parsing: FileSystem.text(of: folder.file("t.json")))
        let events = try #require(trace["traceEvents"]?.array)
        #expect(events.count == 4)
        #expect(trace["otherData"]?["graph"]?.string == name)
        #expect(events[1]["args"]?["name"]?.string == name)
        #expect(events[2]["name"]?.string == name && events[2]["args"]?[name]?.string == name)
        #expect(events[2]["ts"]?.number == 1000.007 && events[2]["dur"]?.number == 0.992)
    }

    @Test func spansBeyondTheRoomAreCounted() {
        let recorder: SpanRecorder? = SpanRecorder(capacity: 3)
        #expect(recorder.measure(.step) { 1 } == 1)
        #expect(recorder?.recorded.spans.isEmpty == true, "before the start nothing is kept")
        recorder?.start()
        for number in 1...5 { recorder.measure(.decode, lane: .loader(2), number: number) {} }
        recorder?.stop()
        recorder.measure(.step) {}
        #expect(recorder?.recorded.spans.map(\.number) == [1, 2, 3])
        #expect(recorder?.recorded.dropped == 2)
        #expect(SpanRecorder?.none.measure(.step) { 4 } == 4)
    }
}
