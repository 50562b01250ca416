import Tasks
import Testing
import TrainerTestSupport

@testable import Reporting

/// What `metrics.csv` holds.
@Suite struct MetricsLogTests {
    @Test func logsReadBackExactly() throws {
        let log = MetricsLog(
            task: .mask,
            rows: [
                MetricsRow(
                    epoch: 1, step: 30, trainLoss: 0.1 + 0.2, test: TestScores(loss: 1.0 / 3, values: [0.7, 2e-17]),
                    seconds: 1.25),
                MetricsRow(epoch: 2, step: 60, trainLoss: 0.25, test: nil, seconds: 2.5),
                MetricsRow(
                    epoch: 3, step: 90, trainLoss: 0.25, test: TestScores(loss: 0.5, values: [nil, nil]), seconds: 4),
            ])
        #expect(log.text.hasPrefix("epoch,step,train_loss,test_loss,dice,iou,seconds\n1,30,0.30000000000000004,"))
        #expect(log.text.contains("\n2,60,0.25,,,,2.50\n"))
        #expect(log.text.contains("\n3,90,0.25,0.5,n/a,n/a,4.00\n"))
        #expect(try MetricsLog(parsing: log.text, task: .mask, through: 9, path: "m.csv") == log)
        #expect(try MetricsLog(parsing: log.text, task: .mask, through: 1, path: "m.csv").rows == [log.rows[0]])
        #expect(try MetricsLog(parsing: log.text, task: .mask, through: 0, path: "m.csv").rows.isEmpty)
    }

    @Test(
        arguments: [
            (.classes(ClassRange(count: 3)), "mean_iou,pixel_accuracy", [0.5, 0.75]),
            (.reconstruction, "psnr", [Double.infinity]),
        ] as [(TrainingTask, String, [Double])])
    func columnsFollowTheTask(task: TrainingTask, columns: String, values: [Double]) throws {
        let row = MetricsRow(
            epoch: 1, step: 2, trainLoss: 0.5, test: TestScores(loss: 0.25, values: values), seconds: 1)
        let untested = MetricsRow(epoch: 2, step: 4, trainLoss: 0.5, test: nil, seconds: 2)
        let log = MetricsLog(task: task, rows: [row, untested])
        #expect(log.text.hasPrefix("epoch,step,train_loss,test_loss,\(columns),seconds\n1,2,0.5,0.25,"))
        #expect(try MetricsLog(parsing: log.text, task: task, through: 9, path: "m.csv") == log)
    }

    @Test(arguments: [
        ("a,b\n1,2\n", "m.csv: expected the header"),
        (MetricsLog.header(.mask) + "\n1,30,0.5,0.5\n", "m.csv:2: expected 7 columns"),
        (MetricsLog.header(.mask) + "\n1,30,0.5,x,0.5,0.5,1\n", "m.csv:2: expected 7 columns"),
        (MetricsLog.header(.mask) + "\n1,30,0.5,n/a,0.5,0.5,1\n", "m.csv:2: expected 7 columns"),
    ])
    func foreignLogsAreRefused(text: String, expected: String) {
        let found = message { _ = try MetricsLog(parsing: text, task: .mask, through: 1, path: "m.csv") }
        #expect(found.hasPrefix(expected), "\(found)")
    }
}
