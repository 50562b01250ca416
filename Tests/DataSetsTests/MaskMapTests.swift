import Tasks
import Testing
import TrainerTestSupport

@testable import DataSets

@Suite struct MaskMapTests {
    @Test func readsAndWrites() throws {
        let map = try MaskMap(parsing: "0=2,1=3+1")
        #expect(map == .trimap)
        #expect(map.description == "0=2,1=1+3")
        #expect(map[2] == 0 && map[1] == 1 && map[3] == 1)
        #expect(map[0] == nil)
        #expect(try MaskMap(parsing: map.description) == map)
    }

    @Test(arguments: [
        ("0=2,1", "expected CLASS=VALUE+VALUE…, found \"1\""),
        ("0=0,255=1", "expected a class from 0 to 254 or \"ignore\", found \"255\""),
        ("0=0,void=1", "expected a class from 0 to 254 or \"ignore\", found \"void\""),
        ("0=0,1=256", "expected a value from 0 to 255, found \"256\""),
        ("0=0,1=", "expected a value from 0 to 255, found \"\""),
        ("0=1,1=1", "value 1 is listed twice"),
        ("", "expected CLASS=VALUE+VALUE…, found \"\""),
    ])
    func refusesNonsense(text: String, reason: String) {
        #expect(message { _ = try MaskMap(parsing: text) }.contains("mask map \"\(text)\": \(reason)"))
    }

    @Test(
        arguments: [([0, 1], "0=0,1=1"), ([0, 255], "0=0,1=255"), ([255], "0=0,1=255"), ([0], "0=0,1=1")]
            as [([UInt8], String)])
    func plainMasksAreDetected(values: [UInt8], expected: String) throws {
        #expect(try MaskMap.detected([MaskFile(file: "a.png", values: MaskValues(values))]).description == expected)
    }

    @Test func mixedEncodingsAreAnError() {
        let text = message {
            _ = try MaskMap.detected([
                MaskFile(file: "a.png", values: MaskValues([0, 1])),
                MaskFile(file: "b.png", values: MaskValues([0, 255])),
            ])
        }
        #expect(text.contains("found the values 0, 1, 255; b.png holds 0, 255"), "\(text)")
    }

    @Test func otherValuesAreListed() {
        let text = message {
            _ = try MaskMap.detected([
                MaskFile(file: "a.png", values: MaskValues([0, 1])),
                MaskFile(file: "b.png", values: MaskValues([1, 2, 3])),
            ])
        }
        #expect(text.contains("found the values 0, 1, 2, 3; b.png holds 1, 2, 3"), "\(text)")
        #expect(text.contains("--mask-map 0=0,1=1+2+3"), "\(text)")
    }

    @Test func valuesOutsideTheMapNameTheFile() {
        let masks = [
            MaskFile(file: "a.png", values: MaskValues([1, 2])),
            MaskFile(file: "b.png", values: MaskValues([0, 0, 0, 2, 7])),
        ]
        let text = message { try MaskMap.trimap.check(masks, for: .mask) }
        #expect(text.contains("b.png: mask value 0 (3 pixels) is outside the map 0=2,1=1+3"), "\(text)")
        #expect(text.contains("holds the values 0, 2, 7, all masks together 0, 1, 2, 7"), "\(text)")
        #expect(text.contains("--mask-map"), "\(text)")
    }

    private let four = TrainingTask.classes(ClassRange(count: 4, ignore: 11))
    private let three = TrainingTask.classes(ClassRange(count: 3))

    @Test func classesAndIgnoredValuesAreRead() throws {
        let map = try MaskMap(parsing: "3=7,0=1+2,ignore=0+255,1=4")
        #expect(map.description == "0=1+2,1=4,3=7,ignore=0+255")
        #expect(map[255] == ClassRange.void && map[7] == 3 && map[9] == nil)
        #expect(try map.fitted(to: four) == map)
        #expect(try MaskMap(parsing: "0=1,11=5").fitted(to: four).description == "0=1,ignore=5")
    }

    @Test func mapsThatDoNotFitTheNetAreRefused() {
        func fault(_ text: String, _ task: TrainingTask) -> String {
            message { _ = try MaskMap(parsing: text).fitted(to: task) }
        }
        #expect(fault("0=0", .mask).contains("no value means object (class 1)"))
        #expect(fault("0=0,1=1,2=2", .mask).contains("expected classes 0 (background) and 1 (object), found class 2"))
        #expect(fault("0=0,1=1,ignore=2", .mask).contains("found \"ignore\""))
        #expect(fault("0=0,4=1", four).contains("the graph has the classes 0 to 3 and 11, which is ignored, found 4"))
        #expect(fault("0=0,ignore=1", three).contains("the graph's loss ignores nothing"))
        #expect(fault("0=0,ignore=1", three).contains("ignore: 3"))
        #expect(fault("0=0,1=1", .reconstruction).contains("nothing for --mask-map to say"))
    }

    @Test func classNumbersStandForThemselves() throws {
        let map = try MaskMap.standard(for: four, [])
        #expect(map.description == "0=0,1=1,2=2,3=3,ignore=11")
        let masks = [MaskFile(file: "a.png", values: MaskValues([0, 1, 3, 11, 12, 12]))]
        let text = message { try map.check(masks, for: four) }
        #expect(text.contains("a.png: mask value 12 (2 pixels) is no class"), "\(text)")
        #expect(text.contains("the graph has the classes 0 to 3 and 11, which is ignored"), "\(text)")
        #expect(text.contains("leave it out as well: --mask-map 0=0,1=1,2=2,3=3,ignore=11+12"), "\(text)")
    }

    @Test(
        arguments: [
            ([0, 255], "--mask-map 0=0,1=255"), ([1, 2, 3], "--mask-map 0=1,1=2,2=3"),
            ([0, 1, 2, 255], "write cross_entropy(…, ignore: 255) in the graph"),
            ([0, 1, 2, 3, 4, 5, 6, 7], "a class may have several values"),
            (Array(0...99), "that many values come from masks saved as JPEG"),
        ] as [([UInt8], String)])
    func otherEncodingsOfClassesGetAHint(values: [UInt8], hint: String) throws {
        let masks = [MaskFile(file: "a.png", values: MaskValues(values))]
        let text = message { try MaskMap.standard(for: three, masks).check(masks, for: three) }
        #expect(text.contains(hint), "\(text)")
    }
}
