import Base
import DataSets
import FileAccess
import Tasks

extension DataDiagnosis {
    /// The same for programs, on one line; names of files are those that the page shows. Keys are stable; docs/TRAINER.md lists them.
    public var json: String { value.text(.compact) }

    private var value: JSON {
        var members: [JSON.Member] = [
            ("data", .string(settings.title.shown)),
            ("trainable", .bool(isTrainable)),
            ("pairs", .integer(survey.pairs.count)),
            ("left_out", .array(survey.report.issues.map(Self.issue))),
            ("pictures", pictures),
        ]
        members.append(("masks", masks))
        members.append(
            (
                "split",
                .object([
                    ("train", .integer(survey.training.count)),
                    ("test", .integer(survey.testing.count)),
                    ("seed", .string(String(seed))),
                    ("groups", survey.groups.map { .integer($0.count) } ?? .null),
                ])
            ))
        members.append(("findings", .array(findings.map(Self.finding))))
        return .object(members)
    }

    private static func issue(_ issue: DataIssue) -> JSON {
        .object([
            ("file", .string(issue.file.shown)), ("reason", .string(issue.reason.shown)),
            ("kind", .string(issue.kind.rawValue)),
        ])
    }

    private static func finding(_ finding: Finding) -> JSON {
        .object([
            ("severity", .string(finding.severity.rawValue)),
            ("code", .string(finding.code.rawValue)),
            ("message", .string(finding.text.shown)),
            ("advice", finding.advice.map { .string($0.shown) } ?? .null),
            ("files", .array(finding.files.map { .string($0.shown) })),
        ])
    }

    private var pictures: JSON {
        let sizes = survey.pairs.map(\.facts.size)
        func range(_ key: (PictureSize) -> Int) -> JSON {
            .array([sizes.map(key).min() ?? 0, sizes.map(key).max() ?? 0].map { .integer($0) })
        }
        return .object([
            ("width", range(\.width)), ("height", range(\.height)),
            ("kinds", Self.kinds(Self.counted(survey.pairs.map(\.facts.kind)))),
        ])
    }

    private static func kinds(_ counted: [(text: String, count: Int)]) -> JSON {
        .array(
            counted.map {
                .object([("kind", .string($0.text)), ("count", .integer($0.count))])
            })
    }

    /// null for nets that need no masks.
    private var masks: JSON {
        guard survey.pairs.contains(where: { $0.facts.mask != nil }) else { return .null }
        let values = survey.maskValues
        let histogram = values.values.map { value in
            (key: "\(value)", value: JSON.integer(values.count(of: value)))
        }
        let balance = ClassBalance(survey)
        return .object([
            ("kinds", Self.kinds(Self.counted(survey.pairs.compactMap(\.facts.mask?.kind)))),
            ("named", .array(pairings.foundNames.map { .string($0.description) })),
            ("drawn", drawn.map { .string($0) } ?? .null),
            ("values", .object(histogram)),
            ("look_like", .string(survey.task.labels == nil ? survey.reading.text : survey.task.description)),
            ("map", survey.task.labels == nil ? survey.map.map { .string($0.description) } ?? .null : .null),
            (
                "suggested_map",
                survey.task.labels != nil
                    ? .null : survey.reading.binaryMap(values).map { .string($0.description) } ?? .null
            ),
            (
                "class_shares",
                balance.map { balance in .array(balance.counts.indices.map { .number(balance.share($0)) }) } ?? .null
            ),
            ("pos_weight", balance?.positiveWeight.map { .number($0) } ?? .null),
            ("class_weights", balance?.weights.map { .array($0.map { .number($0) }) } ?? .null),
            ("loss", lossLine.map { .string($0) } ?? .null),
        ])
    }
}
