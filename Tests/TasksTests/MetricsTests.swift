import Base
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import Recipes
@testable import Tasks

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
        #expect(abs(try #require(scores.values[1]) - 4.0 / 6) < 1e-15)
        #expect(sums.measured.confusion == nil)
    }

    /// 0/0 where nothing is found either, and 0 where something is: neither says how good the net is.
    @Test(arguments: [[-1, -2], [1, -2], [1, 2]] as [[Float]])
    func withoutAnObjectThereIsNoScore(output: [Float]) throws {
        var sums = TestSums(.mask)
        sums.add(output, of: sample([0, 0]))
        sums.add(loss: 0.5, samples: 1)
        let scores = try #require(sums.scores)
        #expect(scores.values == [nil, nil])
        #expect(TrainingTask.mask.text(scores) == "loss 0.5000, Dice n/a, IoU n/a")
        sums.add([1, -1], of: sample([1, 0]))
        #expect(sums.scores?.values.contains(nil) == false, "one object is enough")
    }

    @Test func sumsOfPartsAreTheSums() {
        for task in [TrainingTask.mask, .classes(ClassRange(count: 3)), .reconstruction] {
            let pictures: [(output: [Float], sample: Sample)] = [
                ([1, -1, 0.5, 0, 1, 2], sample([1, 0], picture: [3, 4, 5, 6, 7, 8])),
                ([0, 1, 0, 3, 1, 0], sample([0, 1], picture: [90, 4, 50, 6, 7, 8])),
            ]
            var whole = MeasureSums(task)
            var joined = MeasureSums(task)
            for (output, sample) in pictures {
                let fitting = task == .mask ? Array(output.prefix(2)) : output
                whole.add(fitting, of: sample)
                var one = MeasureSums(task)
                one.add(fitting, of: sample)
                joined.add(one)
            }
            #expect(whole == joined && whole != MeasureSums(task), "\(task)")
        }
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
        #expect(abs((matrix.meanIoU ?? 0) - (2.0 / 3 + 0.5) / 2) < 1e-15)
        #expect(matrix.pixelAccuracy == 0.75)
        #expect(ConfusionMatrix(count: 3).meanIoU == nil && ConfusionMatrix(count: 3).pixelAccuracy == nil)
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
                "1 (road)        n/a        n/a     0.0000     0.00 %",
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
        let (one, two) = (Quality(value: quality, loss: nil), Quality(value: other, loss: nil))
        #expect(try task.criterion().isBetter(one, than: two) == isBetter)
    }

    /// Of equal values that with the smaller loss, and where no test can tell a value the loss alone.
    @Test(
        arguments: [
            ((0, 0.5), (0, 0.6), true), ((0, 0.6), (0, 0.5), false), ((0, 0.5), (0, 0.5), false),
            ((0.1, 0.9), (0, 0.5), true), ((0, 0.1), (0.1, 0.5), false), ((nil, 0.5), (nil, 0.6), true),
            ((nil, 0.6), (nil, 0.5), false), ((0, 0.5), nil, true), ((nil, 0.5), nil, true), ((0, 9), (nil, 0.1), true),
            ((nil, 0.1), (0, 9), false), ((0.5, 0.1), (0.5, nil), false), ((0.5, .nan), (0.5, 0.1), false),
            ((.nan, 0.1), (0.5, 0.2), false),
        ] as [((Double?, Double?), (Double?, Double?)?, Bool)])
    func tiesAreBrokenByTheTestLoss(
        quality: (Double?, Double?), other: (Double?, Double?)?, isBetter: Bool
    ) throws {
        let criterion = try TrainingTask.mask.criterion()
        let best = other.map { Quality(value: $0.0, loss: $0.1) }
        let now = Quality(value: quality.0, loss: quality.1)
        #expect(criterion.isBetter(now, than: best) == isBetter)
        // A plateau asks the same, of differences that count.
        var state = PlateauState()
        state.best = best
        _ = state.add(now, criterion, PlateauRule())
        #expect((state.idle == 0) == isBetter)
    }

    @Test(arguments: [(nil, false), (0.84, false), (0.85, true), (0.9, true)] as [(Double?, Bool)])
    func nothingReachesNoGoal(value: Double?, isReached: Bool) throws {
        #expect(try TrainingTask.mask.criterion().reaches(value, 0.85) == isReached)
        #expect(try TrainingTask.mask.criterion("test_loss").reaches(value.map { -$0 }, -0.85) == isReached)
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
