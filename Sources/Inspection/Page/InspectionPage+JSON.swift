import Base
import Emission
import GraphIR
import MemoryPlanning

extension InspectionPage {
    /// What the page draws, all but the kernels' text. It is read by the page alone; programs read `unetc dump`.
    var data: JSON {
        let planned = StageDump.planned(PlanListing(lowered), lowered: lowered)
        let groups = lowered.groups
        var before: StageDump?
        var stages: [JSON] = []
        let rows = PlanRows(PlanListing(lowered))
        for stage in self.stages {
            stages.append(PageStage(stage, before: before, planned: planned, lowered, rows).json)
            before = stage
        }
        return .object([
            ("graph", .string(lowered.graph.name)), ("plan", .string(lowered.name)),
            ("batch", .integer(lowered.plan.batchCapacity)), ("target", .string(target)),
            ("language", .string(language)), ("compiler", .string(compiler)), ("source", .string(sourceName)),
            (
                "lines",
                .array(sourceText.split(separator: "\n", omittingEmptySubsequences: false).map { .string(String($0)) })
            ),
            ("stages", .array(stages)), ("steps", .array(lowered.steps.indices.map { step($0, groups) })),
            ("arena", arena),
            ("profile", profile?.json ?? .null),
        ])
    }

    /// By step the text of its function; the page reads this when the first one is asked for.
    var code: JSON { .array(kernels.map { $0.map { .string($0.text) } ?? .null }) }

    private func step(_ index: Int, _ groups: [Int]) -> JSON {
        let step = lowered.steps[index]
        let work = lowered.work(of: step)
        let kernel = kernels.indices.contains(index) ? kernels[index] : nil
        let node = lowered.graph[step.node]
        var members: [(key: String, value: JSON)] = [
            ("name", .string(step.name)), ("node", .string(node.name)), ("operation", .string(step.operation)),
            ("phase", .string(lowered.plan.program[step.node].phase.rawValue)), ("algorithm", .string(step.algorithm)),
            ("group", .integer(groups[index])),
            ("flops", .number(work.flops)), ("bytes", .number(work.bytes)), ("tasks", .integer(work.tasks)),
            ("workspace", .integer(work.workspaceBytes)), ("function", kernel.map { .string($0.function) } ?? .null),
            ("file", kernel.map { .string($0.path) } ?? .null),
        ]
        if step.name == node.name, let entry = lowered.plan.program[step.node].choice {
            members.append(("reason", .string(entry.reason.rawValue)))
            members.append(("taken", .string(entry.algorithm.name)))
            members.append(
                (
                    "predicted",
                    .array(entry.predictions.map { .array([.string($0.algorithm.name), .number($0.milliseconds)]) })
                ))
        }
        return .object(members)
    }

    private var arena: JSON {
        let picture = ArenaPicture(PlanListing(lowered))
        return .object([
            ("bytes", .integer(picture.arenaBytes)), ("bound", .integer(picture.lowerBoundBytes)),
            ("peak", picture.peakStep.map(JSON.integer) ?? .null),
            ("remarks", .array(picture.remarks.map(JSON.string))),
            (
                "steps",
                .array(
                    picture.steps.map { .array([.integer($0.aliveBytes), .integer($0.usedBytes)]) })
            ),
            ("boxes", .array(picture.boxes.map(\.json))),
        ])
    }
}

extension ArenaPicture.Box {
    fileprivate var json: JSON { json(behind: []) }

    /// Name, content, first and last step, first byte and the byte behind the last; the first and last of the steps at which
    /// the name can be seen; parts.
    private func json(behind others: ArraySlice<ArenaPicture.Box>) -> JSON {
        let seen = parts.isEmpty ? longestVisibleRun(behind: others) : nil
        let span: JSON = seen.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) } ?? .null
        let inner: [JSON] = parts.indices.map { parts[$0].json(behind: parts[($0 + 1)...]) }
        return .array([
            .string(name), .string(content.rawValue), .integer(steps.lowerBound), .integer(steps.upperBound),
            .integer(bytes.lowerBound), .integer(bytes.upperBound), span, .array(inner),
        ])
    }
}

extension StepProfile {
    fileprivate var json: JSON {
        .object([
            ("batch", .integer(batch)), ("threads", .integer(threads)), ("total", .number(totalMilliseconds)),
            ("peak", .number(peakGflops)),
            (
                "layers",
                .object(
                    layers.map {
                        ($0.name, .array([.number($0.milliseconds), .number($0.gflops), .number($0.percentOfPeak)]))
                    })
            ),
        ])
    }
}
