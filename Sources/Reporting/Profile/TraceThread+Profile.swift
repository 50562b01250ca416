import Base
import Runtime
import TrainerSupport

extension TraceThread {
    /// The threads of a profile: those that run plans, the training loop first, then those that make batches.
    /// - Parameter start: nanoseconds that count as the trace's zero.
    static func all(of profile: SessionProfile, since start: Int) -> [TraceThread] {
        var pool: [Int: [TraceSlice]] = [0: []]
        var loaders: [Int: [TraceSlice]] = [:]
        var messages: [TraceSlice] = []
        for span in profile.spans.recorded.spans {
            let slice = slice(span, profile, since: start)
            switch span.lane {
            case .loop: pool[0, default: []].append(slice)
            case .loader(let number): loaders[number, default: []].append(slice)
            case .messenger: messages.append(slice)
            }
        }
        let steps = StepArguments(profile.runs.plan)
        for (index, run) in profile.runs.runs.enumerated() {
            for slice in profile.runs.slices(of: index) {
                pool[slice.thread, default: []].append(steps.slice(slice, of: run, since: start))
            }
        }
        let poolThreads = pool.sorted { $0.key < $1.key }.map { number, slices in
            TraceThread(
                number: number, name: number == 0 ? "training loop, thread 0" : "thread \(number)",
                slices: ordered(slices))
        }
        // Threads of both kinds may be many, and their numbers must not meet.
        return poolThreads
            + (messages.isEmpty
                ? [] : [TraceThread(number: 9_999, name: "messages", slices: ordered(messages))])
            + loaders.sorted { $0.key < $1.key }.map { number, slices in
                TraceThread(number: 10_000 + number, name: "batches \(number)", slices: ordered(slices))
            }
    }

    private static func ordered(_ slices: [TraceSlice]) -> [TraceSlice] {
        slices.sorted { ($0.begin, -$0.end) < ($1.begin, -$1.end) }
    }

    private static func slice(_ span: ProfileSpan, _ profile: SessionProfile, since start: Int) -> TraceSlice {
        var arguments: [JSON.Member] = []
        var name = span.kind.rawValue
        switch span.kind {
        case .step:
            name += " \(span.number)"
            arguments.append(("step", .integer(span.number)))
        case .decode, .augment:
            arguments.append(("sample", .string(profile.sampleName(span.number))))
        case .wait, .feed, .deferred, .sums, .messages, .gradientNorm, .optimizer, .average, .logs, .forecast,
            .validation,
            .checkpoint, .figures:
            break
        }
        // What was under way when recording started counts from there.
        return TraceSlice(
            name: name, category: "training", begin: max(0, span.begin - start), end: max(0, span.end - start),
            arguments: arguments)
    }
}

/// What is told about the steps of a plan.
private struct StepArguments {
    let steps: [StepInfo]
    let layers: [String]

    init(_ plan: PlanInfo) {
        steps = plan.steps
        layers = plan.layers
    }

    func slice(_ slice: RunRecorder.Slice, of run: RunRecorder.Run, since start: Int) -> TraceSlice {
        let step = steps[slice.step]
        return TraceSlice(
            name: step.name, category: category(step.phase), begin: slice.begin - start, end: slice.end - start,
            arguments: [
                ("step", .integer(run.label)), ("layer", .string(layers[slice.step])),
                ("operation", .string(step.operation)), ("algorithm", .string(step.algorithm)),
                ("source", .string(step.source)), ("place", .integer(slice.step)),
                ("flops", .number(step.flops(batch: run.batch))),
                ("bytes", .number(step.bytes(batch: run.batch))),
                ("tasks", .integer(slice.tasks)),
                ("of_tasks", .integer(step.tasks(batch: run.batch))),
            ])
    }

    private func category(_ phase: StepPhase) -> String {
        switch phase {
        case .forward: "forward"
        case .backward: "backward"
        case .update: "optimizer"
        }
    }
}
