import Base
import Predictions
import Runtime
import Tasks

/// `best.json`: what the best weights of a run reach, and at which size that was measured.
package struct BestScores: Hashable, Sendable {
    var epoch: Int
    /// What they are the best by.
    var criterion: Criterion
    var task: TrainingTask
    /// The net's, which `scores` were taken at; nil for the pictures' own.
    var size: PictureSize?
    var scores: TestScores
    /// Of masks as `predict` writes them; nil where that was not measured.
    var written: WrittenScores?

    package init(
        epoch: Int, criterion: Criterion, task: TrainingTask, size: PictureSize?, scores: TestScores,
        written: WrittenScores? = nil
    ) {
        self.epoch = epoch
        self.criterion = criterion
        self.task = task
        self.size = size
        self.scores = scores
        self.written = written
    }

    package var text: String {
        JSON.object([
            ("epoch", .integer(epoch)), ("best_by", .string(criterion.measure.column)),
            ("net_size", netSize), ("own_size", ownSize),
        ]).pretty(depth: 2, .compact) + "\n"
    }

    private var netSize: JSON {
        guard let size else { return .null }
        return .object(
            [("width", .integer(size.width)), ("height", .integer(size.height)), ("test_loss", .number(scores.loss))]
                + members(scores.values))
    }

    /// Where whole pictures were tested, the loss is that of pieces of them.
    private var ownSize: JSON {
        let pictures = written.map { [("per_picture", JSON.object(PictureTable.members($0.pictures.mean)))] }
        guard size != nil else {
            return .object([("test_loss", .number(scores.loss))] + members(scores.values) + (pictures ?? []))
        }
        guard let written, written.fault == nil else { return .null }
        return .object(members(written.values) + (pictures ?? []))
    }

    private func members(_ values: [Double?]) -> [JSON.Member] {
        zip(task.measures, values).map { ($0.column, $1.map(JSON.number) ?? .null) }
    }
}
