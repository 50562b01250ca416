import Runtime

/// `best.json`: what the best weights of a run reach, and at which size that was measured.
struct BestScores: Hashable, Sendable {
    var epoch: Int
    /// What they are the best by.
    var criterion: Criterion
    var task: TrainingTask
    /// The net's, which `scores` were taken at.
    var size: PictureSize
    var scores: TestScores
    /// Of masks as `predict` writes them; nil where that was not measured.
    var written: WrittenScores?

    var text: String {
        JSONValue.object([
            JSONMember("epoch", .integer(epoch)), JSONMember("best_by", .string(criterion.measure.column)),
            JSONMember(
                "net_size",
                .object(
                    [
                        JSONMember("width", .integer(size.width)), JSONMember("height", .integer(size.height)),
                        JSONMember("test_loss", .number(scores.loss)),
                    ] + members(scores.values))),
            JSONMember(
                "own_size", written?.fault == nil ? written.map { .object(members($0.values)) } ?? .null : .null),
        ]).laidOut(depth: 2) + "\n"
    }

    private func members(_ values: [Double?]) -> [JSONMember] {
        zip(task.measures, values).map { JSONMember($0.column, $1.map(JSONValue.number) ?? .null) }
    }
}
