import FileAccess
import Runtime

extension DataDiagnosis {
    /// The same for programs, on one line; names of files are those that the page shows. Keys are stable; docs/TRAINER.md lists them.
    public var json: String { value.text }

    private var value: JSONValue {
        var members = [
            JSONMember("data", .string(settings.title.shown)),
            JSONMember("trainable", .bool(isTrainable)),
            JSONMember("pairs", .integer(survey.pairs.count)),
            JSONMember("left_out", .array(survey.report.issues.map(Self.issue))),
            JSONMember("pictures", pictures),
        ]
        members.append(JSONMember("masks", masks))
        members.append(
            JSONMember(
                "split",
                .object([
                    JSONMember("train", .integer(survey.training.count)),
                    JSONMember("test", .integer(survey.testing.count)),
                    JSONMember("seed", .string(String(seed))),
                ])))
        members.append(JSONMember("findings", .array(findings.map(Self.finding))))
        return .object(members)
    }

    private static func issue(_ issue: DataIssue) -> JSONValue {
        .object([
            JSONMember("file", .string(issue.file.shown)), JSONMember("reason", .string(issue.reason.shown)),
            JSONMember("kind", .string(issue.kind.rawValue)),
        ])
    }

    private static func finding(_ finding: Finding) -> JSONValue {
        .object([
            JSONMember("severity", .string(finding.severity.rawValue)),
            JSONMember("code", .string(finding.code.rawValue)),
            JSONMember("message", .string(finding.text.shown)),
            JSONMember("advice", finding.advice.map { .string($0.shown) } ?? .null),
            JSONMember("files", .array(finding.files.map { .string($0.shown) })),
        ])
    }

    private var pictures: JSONValue {
        let sizes = survey.pairs.map(\.facts.size)
        func range(_ key: (PictureSize) -> Int) -> JSONValue {
            .array([sizes.map(key).min() ?? 0, sizes.map(key).max() ?? 0].map { .integer($0) })
        }
        return .object([
            JSONMember("width", range(\.width)), JSONMember("height", range(\.height)),
            JSONMember("kinds", Self.kinds(Self.counted(survey.pairs.map(\.facts.kind)))),
        ])
    }

    private static func kinds(_ counted: [(text: String, count: Int)]) -> JSONValue {
        .array(
            counted.map {
                .object([JSONMember("kind", .string($0.text)), JSONMember("count", .integer($0.count))])
            })
    }

    /// null for nets that need no masks.
    private var masks: JSONValue {
        guard survey.pairs.contains(where: { $0.facts.mask != nil }) else { return .null }
        let values = survey.maskValues
        let histogram = values.values.map { value in
            JSONMember("\(value)", .integer(values.count(of: value)))
        }
        let balance = ClassBalance(survey)
        return .object([
            JSONMember("kinds", Self.kinds(Self.counted(survey.pairs.compactMap(\.facts.mask?.kind)))),
            JSONMember("values", .object(histogram)),
            JSONMember("look_like", .string(survey.reading.text)),
            JSONMember("map", survey.map.map { .string($0.description) } ?? .null),
            JSONMember(
                "suggested_map", survey.reading.binaryMap(values).map { .string($0.description) } ?? .null),
            JSONMember(
                "class_shares",
                balance.map { balance in .array(balance.counts.indices.map { .number(balance.share($0)) }) } ?? .null),
            JSONMember("pos_weight", balance?.positiveWeight.map { .number($0) } ?? .null),
            JSONMember("class_weights", balance?.weights.map { .array($0.map { .number($0) }) } ?? .null),
            JSONMember("loss", lossLine.map { .string($0) } ?? .null),
        ])
    }
}
