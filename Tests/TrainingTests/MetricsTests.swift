import Testing

@testable import Training

@Suite struct MetricsTests {
    private func sample(_ mask: [UInt8], picture: [UInt8] = []) -> Sample {
        Sample(name: "a", file: "a", picture: picture, mask: mask)
    }

    @Test func scoresAreGlobalOverPixels() throws {
        var sums = TestSums(.mask)
        #expect(sums.scores == nil)
        sums.add([1, 1, -1, -1], of: sample([1, 0, 1, 0]))
        sums.add([2, 2, 2, 0], of: sample([1, 1, 1, 0]))
        sums.add(loss: 0.5, samples: 2)
        let scores = try #require(sums.scores)
        // Intersection 4, predicted 5, truth 5, union 6; a logit of 0 is background.
        #expect(scores.values[0] == 0.8)
        #expect(abs(scores.values[1] - 4.0 / 6) < 1e-15)
        #expect(sums.confusion == nil)
    }

    @Test func emptyAgreementIsPerfect() throws {
        var sums = TestSums(.mask)
        sums.add([-1, -2], of: sample([0, 0]))
        sums.add(loss: 0.5, samples: 1)
        #expect(try #require(sums.scores).values == [1, 1])
    }

    @Test func lossesAreWeightedBySamples() throws {
        var sums = TestSums(.reconstruction)
        sums.add(loss: 1, samples: 3)
        sums.add(loss: 5, samples: 1)
        #expect(try #require(sums.scores).loss == 2)
    }

    /// By hand: class 0 has 3 pixels of which 2 are found, class 1 has 1, found; class 2 never occurs; one is ignored.
    @Test func confusionLeavesOutWhatIsIgnoredOrAbsent() {
        var matrix = ConfusionMatrix(count: 3)
        matrix.add(predicted: [0, 0, 1], mask: [0, 0, 0])
        matrix.add(predicted: [1, 2], mask: [1, ClassRange.void])
        #expect(matrix.total == 4 && matrix[0, 0] == 2 && matrix[0, 1] == 1 && matrix[1, 1] == 1)
        #expect(matrix.iou(0) == 2.0 / 3 && matrix.iou(1) == 0.5 && matrix.iou(2) == nil)
        #expect(matrix.recall(0) == 2.0 / 3 && matrix.precision(1) == 0.5 && matrix.precision(2) == nil)
        #expect(abs(matrix.meanIoU - (2.0 / 3 + 0.5) / 2) < 1e-15)
        #expect(matrix.pixelAccuracy == 0.75)
        #expect(ConfusionMatrix(count: 3).meanIoU == 0 && ConfusionMatrix(count: 3).pixelAccuracy == 0)
    }

    @Test func tablesNameTheClasses() throws {
        var matrix = ConfusionMatrix(count: 2)
        matrix.add(predicted: [0, 0, 1], mask: [0, 0, 0])
        let task = TrainingTask.classes(ClassRange(count: 2))
        let lines = matrix.table(try ClassNames(["sky", "road"], task: task)).split(separator: "\n")
        #expect(
            lines == [
                "class           IoU     recall  precision     pixels",
                "0 (sky)      0.6667     0.6667     1.0000   100.00 %",
                "1 (road)          -          -     0.0000     0.00 %",
            ])
    }

    @Test func namesFitTheClasses() throws {
        let task = TrainingTask.classes(ClassRange(count: 3))
        #expect(try ClassNames([], task: task).names == ["0", "1", "2"])
        #expect(try ClassNames([], task: task).label(2) == "2")
        let few = message { _ = try ClassNames(["sky"], task: task) }
        #expect(few.contains("--classes names 1 class, the graph has 3"), "\(few)")
        #expect(message { _ = try ClassNames(["sky"], task: .mask) }.contains("the net learns none"))
    }

    @Test func theLargestLogitWinsAndTheFirstOfEqualOnes() {
        let logits: [Float] = [1, 5, 0, -1, 2, 5, 0, -2, 0, 5, 0, -0.5]
        #expect(ClassMap.largest(logits, classes: 3) == [1, 0, 0, 2])
    }

    @Test func reconstructionIsMeasuredAsItIsWritten() {
        var error = SquaredError()
        error.add(output: [-3, 2, 0.5, 0.5], picture: PicturePlanes([0, 255, 255, 0]))
        // Cut to 0 ... 1: errors 0, 0, 1/2, 1/2.
        #expect(abs(error.psnr - 9.030899869919436) < 1e-12)
        var perfect = SquaredError()
        perfect.add(output: [1], picture: PicturePlanes([255]))
        #expect(perfect.psnr == .infinity)
    }

    @Test(
        arguments: [
            (.mask, 0.9, 0.8, true), (.mask, 0.8, 0.8, false), (.reconstruction, 0.9, 0.8, false),
            (.reconstruction, 0.7, 0.8, true), (.reconstruction, 0.7, .nan, true), (.mask, .nan, 0.1, false),
        ] as [(TrainingTask, Double, Double, Bool)])
    func theBestFollowsTheTask(task: TrainingTask, quality: Double, other: Double, isBetter: Bool) throws {
        #expect(try task.criterion().isBetter(quality, than: other) == isBetter)
    }

    @Test func logsReadBackExactly() throws {
        let log = MetricsLog(
            task: .mask,
            rows: [
                MetricsRow(
                    epoch: 1, step: 30, trainLoss: 0.1 + 0.2, test: TestScores(loss: 1.0 / 3, values: [0.7, 2e-17]),
                    seconds: 1.25),
                MetricsRow(epoch: 2, step: 60, trainLoss: 0.25, test: nil, seconds: 2.5),
            ])
        #expect(log.text.hasPrefix("epoch,step,train_loss,test_loss,dice,iou,seconds\n1,30,0.30000000000000004,"))
        #expect(log.text.contains("\n2,60,0.25,,,,2.50\n"))
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
    ])
    func foreignLogsAreRefused(text: String, expected: String) {
        let found = message { _ = try MetricsLog(parsing: text, task: .mask, through: 1, path: "m.csv") }
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

    @Test(
        arguments: [
            (0.83925, "0.8393"), (12, "12.0000"), (0, "0.0000"), (0.00172, "0.001720"), (0.0000172, "0.0000172000"),
            (.nan, "nan"),
        ] as [(Double, String)])
    func smallLossesKeepTheirDigits(value: Double, expected: String) {
        #expect(Text.loss(value) == expected)
    }

    @Test func quantitiesArePrinted() {
        #expect(Text.duration(125) == "2:05")
        #expect(Text.duration(3725) == "1:02:05")
        #expect(Text.bytes(93_600_000) == "89.3 MiB")
        #expect(Text.grouped(23_428_097) == "23,428,097")
        #expect(ProgressBar.bar(6, 12, width: 4) == "[##..]")
    }
}
