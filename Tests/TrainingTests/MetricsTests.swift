import Testing

@testable import Training

@Suite struct MetricsTests {
    @Test func scoresAreGlobalOverPixels() throws {
        var sums = TestSums()
        #expect(sums.scores == nil)
        sums.add(logits: [1, 1, -1, -1], mask: [1, 0, 1, 0])
        sums.add(logits: [2, 2, 2, 0], mask: [1, 1, 1, 0])
        let scores = try #require(sums.scores)
        // Intersection 4, predicted 5, truth 5, union 6; a logit of 0 is background.
        #expect(scores.dice == 0.8)
        #expect(abs(scores.iou - 4.0 / 6) < 1e-15)
    }

    @Test func emptyAgreementIsPerfect() throws {
        var sums = TestSums()
        sums.add(logits: [-1, -2], mask: [0, 0])
        let scores = try #require(sums.scores)
        #expect(scores.dice == 1 && scores.iou == 1)
    }

    @Test(arguments: [
        (0.0, true, 0.6931471805599453), (2.0, true, 0.1269280110429725), (2.0, false, 2.1269280110429727),
        (-3.0, true, 3.048587351573742), (1000, true, 0), (1000, false, 1000), (-1000, false, 0),
    ])
    func crossEntropyIsStable(logit: Double, isObject: Bool, expected: Double) {
        #expect(abs(TestSums.crossEntropy(logit: logit, isObject: isObject) - expected) < 1e-12)
    }

    @Test func brokenLogitsShow() {
        #expect(TestSums.crossEntropy(logit: .nan, isObject: false).isNaN)
    }

    @Test func logsReadBackExactly() throws {
        let log = MetricsLog(rows: [
            MetricsRow(
                epoch: 1, step: 30, trainLoss: 0.1 + 0.2, test: TestScores(loss: 1.0 / 3, dice: 0.7, iou: 2e-17),
                seconds: 1.25),
            MetricsRow(epoch: 2, step: 60, trainLoss: 0.25, test: nil, seconds: 2.5),
        ])
        #expect(log.text.hasPrefix("epoch,step,train_loss,test_loss,dice,iou,seconds\n1,30,0.30000000000000004,"))
        #expect(log.text.contains("\n2,60,0.25,,,,2.50\n"))
        #expect(try MetricsLog(parsing: log.text, through: 9, path: "m.csv") == log)
        #expect(try MetricsLog(parsing: log.text, through: 1, path: "m.csv").rows == [log.rows[0]])
        #expect(try MetricsLog(parsing: log.text, through: 0, path: "m.csv").rows.isEmpty)
    }

    @Test(arguments: [
        ("a,b\n1,2\n", "m.csv: expected the header"),
        (MetricsLog.header + "\n1,30,0.5,0.5\n", "m.csv:2: expected seven columns"),
        (MetricsLog.header + "\n1,30,0.5,x,0.5,0.5,1\n", "m.csv:2: expected seven columns"),
    ])
    func foreignLogsAreRefused(text: String, expected: String) {
        let found = message { _ = try MetricsLog(parsing: text, through: 1, path: "m.csv") }
        #expect(found.hasPrefix(expected), "\(found)")
    }

    @Test(
        arguments: [
            (0.83925, 4, "0.8393"), (-0.5, 1, "-0.5"), (2, 0, "2"), (0.996, 2, "1.00"), (12.0049, 2, "12.00"),
            (-0.001, 2, "0.00"), (.nan, 2, "nan"), (.infinity, 2, "inf"),
        ] as [(Double, Int, String)])
    func numbersArePrinted(value: Double, digits: Int, expected: String) {
        #expect(Text.fixed(value, digits) == expected)
    }

    @Test func quantitiesArePrinted() {
        #expect(Text.duration(125) == "2:05")
        #expect(Text.duration(3725) == "1:02:05")
        #expect(Text.bytes(93_600_000) == "89.3 MiB")
        #expect(Text.grouped(23_428_097) == "23,428,097")
        #expect(ProgressBar.bar(6, 12, width: 4) == "[##..]")
    }
}
