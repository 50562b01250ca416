import Reporting
import Testing

@testable import Tasks
@testable import Trainer

@Suite struct EpochTableTests {
    private static let tasks: [TrainingTask] = [
        .mask, .classes(ClassRange(count: 11, ignore: nil)), .labels(LabelRange(count: 8)), .reconstruction,
    ]

    /// Also with the largest numbers that there are.
    @Test(arguments: tasks, [9, 1000, 1_000_000])
    func linesFitATerminalAndTheirHeading(task: TrainingTask, epochs: Int) {
        let table = EpochTable(task, hasTests: true, epochs: epochs)
        let scores = TestScores(loss: 12345.678, values: task.measures.map { _ in 0.123456 })
        let row = MetricsRow(epoch: epochs, step: 7, trainLoss: 0.000012345, test: scores, seconds: 359_999)
        let slow = EpochSpeed(imagesPerSecond: 1234.56, waitShare: 0.99)
        let line = table.row(row, of: epochs, slow, isBest: true)
        #expect(line.count <= 80 && line.hasSuffix(" *"), "\(line)")
        #expect(table.heading.count == line.count - 2, "\(table.heading)\n\(line)")
        #expect(line.contains("\(epochs)/\(epochs)") && line.contains("0.12") && line.contains("99:59:59"))
        #expect(!table.row(row, of: epochs, slow, isBest: false).contains("*"))
    }

    @Test func theTableOfAMask() {
        let table = EpochTable(.mask, hasTests: true, epochs: 20)
        let rows = [
            MetricsRow(
                epoch: 1, step: 30, trainLoss: 0.61, test: TestScores(loss: 0.5, values: [0.71, 0.55]), seconds: 4),
            MetricsRow(
                epoch: 2, step: 60, trainLoss: 0.5, test: TestScores(loss: 0.6, values: [nil, nil]), seconds: 64),
        ]
        let speed = EpochSpeed(imagesPerSecond: 41.25, waitShare: 0.004)
        #expect(
            table.heading + "\n" + table.row(rows[0], of: 20, speed, isBest: true) + "\n"
                + table.row(rows[1], of: 20, EpochSpeed(imagesPerSecond: 40, waitShare: 0.125), isBest: false)
                    == """
                    epoch      loss  test loss    Dice     IoU  images/s  wait      time
                     1/20    0.6100     0.5000  0.7100  0.5500      41.3            0:04 *
                     2/20    0.5000     0.6000     n/a     n/a      40.0   13%      1:04
                    """)
    }

    @Test func withoutTestsThereAreNoMeasures() {
        let table = EpochTable(.mask, hasTests: false, epochs: 3)
        #expect(table.heading == "epoch      loss  images/s  wait      time")
    }
}
