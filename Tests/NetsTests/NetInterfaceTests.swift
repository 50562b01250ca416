import DataSets
import Runtime
import Tasks
import Testing
import TrainerTestSupport

@testable import Nets

/// What a net learns is read off its targets and outputs.
@Suite struct NetInterfaceTests {
    @Test func tasksFollowTheTarget() throws {
        let mask = try NetInterface(model: try PixelModel.load())
        #expect(mask.task == .mask && mask.target == "mask" && mask.canTrain)
        let classes = try NetInterface(model: try PixelModel.load(["CLASSES=5", "IGNORE=255"]))
        #expect(classes.task == .classes(ClassRange(count: 5, ignore: 255)) && classes.target == "labels")
        #expect(classes.shape.maskHeight == 16 && classes.output == "logits")
        let every = try NetInterface(model: try PixelModel.load(["CLASSES=2"]))
        #expect(every.task == .classes(ClassRange(count: 2)))
        for count in [2, 8] {
            let labels = try NetInterface(model: try PixelModel.load(["LABELS=\(count)"]))
            #expect(labels.task == .labels(LabelRange(count: count)) && labels.output == "logits")
        }
        let input = try NetInterface(model: try PixelModel.load(["RECONSTRUCTION=1", "CHANNELS=1"]))
        #expect(try NetInterface(model: try PixelModel.load(["CHANNELS=7"])).shape.channels == 7)
        #expect(input.task == .reconstruction && input.target == nil && input.canTrain)
    }

    @Test(arguments: [
        (["CLASSES=300"], "for up to 255 classes; the graph has 300"),
        (["TARGET_CHANNELS=2"], "an output of the target's shape [2, 16, 16], or of its middle"),
        (
            ["LABELS=9"],
            "up to 8 of them whose labels may overlap, and class maps classes[H, W]: found \"mask\" [9, 16, 16]"
        ),
        (["TARGET_NAME=\"other\""], "says nothing about the target \"mask\""),
        (
            ["CHANNELS=2", "RECONSTRUCTION=1"],
            "gray or RGB pictures, since it learns them itself and these are written"
        ),
    ])
    func otherGraphsAreRefused(defines: [String], expected: String) {
        let text = message { _ = try NetInterface(model: try PixelModel.load(defines)) }
        #expect(text.contains(expected), "\(text)")
        #expect(text.contains("hint: "), "\(text)")
    }

    @Test(arguments: [
        (#"{"targets": [{"name": "t", "kind": "values"}]}"#, TargetDescription(name: "t", kind: .values)),
        (
            #"{"targets": [{"name": "t", "kind": "classes", "classes": 11, "ignore": 11}]}"#,
            TargetDescription(name: "t", kind: .classes, classes: 11, ignore: 11)
        ),
    ])
    func targetsAreRead(metadata: String, expected: TargetDescription) throws {
        #expect(try TargetDescription.list(metadata: metadata) == [expected])
    }

    @Test(arguments: [
        (#"{"targets": ["mask"]}"#, "in a way that is unknown here"),
        (#"{"targets": [{"name": "t", "kind": "boxes"}]}"#, "in a way that is unknown here"),
        ("{", "the model's metadata cannot be read"),
    ])
    func strangeMetadataIsRefused(metadata: String, expected: String) {
        let text = message { _ = try TargetDescription.list(metadata: metadata) }
        #expect(text.contains(expected), "\(text)")
        #expect(text.contains("compile the graph again"), "\(text)")
    }

    @Test func ignoredPixelsAreFedTheirNumber() {
        #expect(ClassRange(count: 3, ignore: 255).fed(ClassRange.void) == 255)
        #expect(ClassRange(count: 3, ignore: 3).fed(ClassRange.void) == 3)
        #expect(ClassRange(count: 3, ignore: 3).fed(2) == 2)
    }
}
