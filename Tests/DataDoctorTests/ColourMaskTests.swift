import Base
import Imaging
import Tasks
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import DataDoctor
@testable import DataSets

/// Masks whose colours are the classes.
@Suite struct ColourMaskTests {
    private let three = TrainingTask.classes(ClassRange(count: 3))
    private static let colours = [PaletteColor(0, 0, 0), PaletteColor(128, 64, 128), PaletteColor(107, 142, 35)]
    private let map = "background=#000000,road=#804080,tree=#6b8e23"

    /// Pictures and masks whose pixels are classes by turns, as wide as they are odd.
    private func data(_ count: Int = 5, _ palette: [PaletteColor] = colours, width: Int = 7) throws -> DoctorFolder {
        let data = try DoctorFolder()
        for index in 0..<count {
            try data.writePicture("p\(index)", shade: UInt8(9 * index), width: width, height: 5)
            let pixels = (0..<width * 5).flatMap { place -> [UInt8] in
                let colour = palette[(place + index) % palette.count]
                return [colour.red, colour.green, colour.blue]
            }
            try Bitmap(width: width, height: 5, channels: 3, pixels: pixels).writePNG(
                to: data.folder.file("masks/p\(index).png"))
        }
        return data
    }

    private func load(
        _ data: DoctorFolder, _ task: TrainingTask, _ map: String, palettes: PaletteRule? = nil
    ) throws -> LoadedSamples {
        let meaning = try MaskMeaning(parsing: map).settled(for: task)
        let layout = try DataLayout.recognize(folder: data.folder.path, pictures: nil, masks: nil)
        let shape = SampleShape(channels: 3, height: 5, width: 7, task: task)
        return try SampleLoading(shape: shape, threads: 2).load(
            layout, map: meaning.map, palettes: meaning.colours ?? palettes)
    }

    @Test func coloursAreClassesInTheOrderGiven() throws {
        let data = try data()
        let loaded = try load(data, three, map)
        for (index, sample) in loaded.samples.enumerated() {
            #expect(sample.kept?.mask == (0..<35).map { UInt8(($0 + index) % 3) })
        }
        #expect(
            loaded.findings.text.contains(
                "of the masks' colours 0 is #000000, 1 is #804080, 2 is #6b8e23; masks hold 0, 1, 2: all 3 classes"))
        let swapped = try load(data, three, "tree=#6b8e23,road=#804080,ground=#000000")
        #expect(swapped.samples[0].kept?.mask.prefix(3) == [2, 1, 0])
        let joined = try load(data, .mask, "background=#000000,things=#804080+#6b8e23")
        #expect(joined.samples[0].kept?.mask.prefix(4) == [0, 1, 1, 0])
        let ignored = try load(data, .classes(ClassRange(count: 2, ignore: 9)), "a=#000000,b=#6b8e23,ignore=#804080")
        #expect(ignored.samples[0].kept?.mask.prefix(3) == [0, ClassRange.void, 1])
    }

    /// A sample that is read again, at another size too, has the same classes.
    @Test func masksThatAreReadAgainAreTheSame() throws {
        let data = try data()
        let loaded = try load(data, three, map)
        let reader = try #require(loaded.reader)
        for stored in loaded.samples {
            #expect(try reader.read(stored).mask == stored.kept?.mask)
            let own = try reader.mask(of: stored, at: PictureSize(width: 7, height: 5))
            #expect((0..<5).flatMap(own.row) == stored.kept?.mask)
        }
        let first = try #require(loaded.samples.first)
        // The same pixels in other colours are another mask.
        let pixels = (0..<35).flatMap { [[0, 0, 0], [107, 142, 35], [128, 64, 128]][$0 % 3] as [UInt8] }
        try Bitmap(width: 7, height: 5, channels: 3, pixels: pixels).writePNG(to: data.folder.file("masks/p0.png"))
        #expect(message { _ = try reader.read(first) }.contains("holds another mask than at the start"))
    }

    /// Grays and palettes are read by the same colours.
    @Test func otherFilesAreReadByTheSameColours() throws {
        let gray = try DoctorFolder()
        for index in 0..<4 {
            try gray.writePicture("p\(index)", shade: UInt8(index), width: 16, height: 16)
            try gray.writeMask("p\(index).png", values: [0, 200, 255])
        }
        let meaning = "background=#000000,mark=#ffffff+#c8c8c8"
        let layout = try DataLayout.recognize(folder: gray.folder.path, pictures: nil, masks: nil)
        let settled = try MaskMeaning(parsing: meaning).settled(for: .mask)
        let loaded = try SampleLoading(
            shape: SampleShape(channels: 3, height: 16, width: 16), threads: 1
        ).load(layout, map: settled.map, palettes: settled.colours)
        #expect(loaded.samples[0].kept?.mask.prefix(4) == [0, 1, 1, 0])
        // RGB files in grays are values, as they always were, where no colours are told.
        let plain = try self.data(4, [.black, .white])
        let values = try load(plain, .mask, "0=0,1=255")
        #expect(values.samples[0].kept?.mask.prefix(3) == [0, 1, 0])
    }

    @Test func coloursThatNobodyNamedAreListed() throws {
        let data = try data()
        let text = message { _ = try load(data, three, "0=0,1=1,2=2") }
        #expect(
            text.contains(
                "p0.png: is one of 5 masks in colours (RGB), and nothing says what the colours mean: there are 3 colours: "
                    + "#000000 ("), "\(text)")
        #expect(
            text.contains("give them names: --mask-map \"background=#000000,class1=#6b8e23,class2=#804080\"")
                || text.contains("--mask-map \"background=#000000,class1=#804080,class2=#6b8e23\""), "\(text)")
        // What is suggested works as it stands.
        let line = try #require(text.split(separator: "\"").first { $0.hasPrefix("background=") })
        #expect(try load(data, three, String(line)).samples.count == 5)
        let found = try data.diagnosis()
        #expect(!found.isTrainable && found.words(.maskValues).contains("--mask-map \"background=#000000,object=#"))
    }

    @Test func coloursOutsideTheMapAreNamedWithTheirPlace() throws {
        let data = try data(3)
        let text = message { _ = try load(data, .mask, "background=#000000,road=#804080") }
        #expect(
            text.contains(
                "masks/p0.png: the colour #6b8e23 (11 pixels, the first in column 3 of row 1) is none of --mask-map: "
                    + "0 is #000000, 1 is #804080"), "\(text)")
        #expect(text.contains("road=#804080+#6b8e23"), "\(text)")
        // A run that was trained on palettes knows colours, too; one that knows none does not guess.
        let known = PaletteRule("0=#000000,1=#804080,2=#6b8e23")
        #expect(try load(data, three, "0=0,1=1,2=2", palettes: known).samples.count == 3)
        #expect(message { _ = try load(data, three, "0=0,1=1,2=2", palettes: .indices) }.contains("nothing says"))
    }

    @Test func masksOfTooManyColoursAreLeftOut() throws {
        let data = try data(3)
        var pixels: [UInt8] = []
        for place in 0..<400 { pixels += [UInt8(place % 256), UInt8(place / 256), 7] }
        try Bitmap(width: 20, height: 20, channels: 3, pixels: pixels).writePNG(to: data.folder.file("masks/p1.png"))
        let loaded = try load(data, three, map)
        #expect(loaded.samples.count == 2)
        #expect(
            loaded.report.issues.map(\.reason).joined().contains("is a colour picture (RGB, more than 256 colours)"))
    }

    @Test(
        arguments: [
            (
                "road=#804080,tree=#6b8e23", 3, ["background", "road", "tree"], "0=0,1=1,2=2",
                "told:0=#000000,1=#804080,2=#6b8e23"
            ),
            ("road=#804080,tree=#6b8e23", 2, ["road", "tree"], "0=0,1=1", "told:0=#804080,1=#6b8e23"),
            ("b=#000000+#010101,a=#ffffff", 2, ["b", "a"], "0=0+1,1=2", "told:0=#000000,1=#010101,2=#ffffff"),
            ("1=#ffffff,0=#000000", 2, [], "0=1,1=0", "told:0=#ffffff,1=#000000"),
            ("ground=0,a=7+8,b=9-11", 3, ["ground", "a", "b"], "0=0,1=7+8,2=9+10+11", nil),
            ("a=7,b=9", 3, ["background", "a", "b"], "0=0,1=7,2=9", nil),
        ] as [(String, Int, [String], String, String?)])
    func namesBecomeNumbers(text: String, count: Int, names: [String], map: String, colours: String?) throws {
        let settled = try MaskMeaning(parsing: text).settled(for: .classes(ClassRange(count: count)))
        #expect(settled.names == names && settled.map.description == map)
        #expect(settled.colours?.description == colours)
        if let colours { #expect(PaletteRule(colours) == settled.colours) }
    }

    @Test(
        arguments: [
            ("road=#804080", "0=0,1=1"), ("road=#804080,background=#000000", "0=0,1=1"),
            ("a=#000000,b=#ffffff", "0=0,1=1"),
            ("thing=255", "0=0,1=255"),
        ])
    func binaryMasksNeedTheObjectAlone(text: String, map: String) throws {
        let settled = try MaskMeaning(parsing: text).settled(for: .mask)
        #expect(settled.map.description == map && settled.names.isEmpty)
        #expect(try MaskMeaning(parsing: text).settled(for: nil) == settled)
    }

    @Test(
        arguments: [
            ("road=#80408", "expected a colour such as #804080 or a value from 0 to 255, found \"#80408\""),
            ("road=#804080,tree=3", "expected colours, values or labels alone, found colours and values"),
            ("a=#804080,b=#804080", "colour #804080 is listed twice"), ("a=1,b=1", "value 1 is listed twice"),
            ("a=#804080,a=#000000", "class \"a\" is listed twice"),
            ("a=#804080,1=#000000", "expected names or numbers of classes, found both"),
            ("a", "expected CLASS=COLOUR or CLASS=VALUE"), ("=#804080", "expected CLASS=COLOUR or CLASS=VALUE"),
            ("255=#804080", "expected a class from 0 to 254 or \"ignore\", found \"255\""),
            ("0=300", "expected a value from 0 to 255, found \"300\""),
        ])
    func nonsenseIsRefused(text: String, reason: String) {
        let found = message { _ = try MaskMeaning(parsing: text) }
        #expect(found.contains("mask map \"\(text)\": \(reason)"), "\(found)")
    }

    @Test func netsOfOtherClassesAreNamed() throws {
        let text = message { _ = try MaskMeaning(parsing: "a=#000000,b=#ffffff").settled(for: three) }
        #expect(text.contains("the net learns 3 classes, found 2 names"), "\(text)")
        let binary = message { _ = try MaskMeaning(parsing: map).settled(for: .mask) }
        #expect(binary.contains("the net learns background and object, found 3 names"), "\(binary)")
    }

    @Test func doctorKnowsColours() throws {
        let data = try data()
        let found = try data.diagnosis(three, map: map, classNames: [])
        #expect(found.isTrainable && found.finding(.palettes) == nil, "\(found.text)")
        #expect(found.text.contains("0 (background)"), "\(found.text)")
    }
}
