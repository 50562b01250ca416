import Imaging
import Nets
import Recipes
import Tasks
import Testing
import TrainerTestSupport

@testable import DataDoctor
@testable import DataSets

/// Palette masks as editors, optimisers and quantisers leave them: what an index means changes from file to file.
@Suite struct PaletteMaskTests {
    private static let black: [UInt8] = [0, 0, 0]
    private static let white: [UInt8] = [255, 255, 255]
    private static let red: [UInt8] = [200, 30, 30]
    private static let green: [UInt8] = [30, 200, 30]

    // MARK: The rule

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// A palette and the indices that are used, of each file.
        var masks: [([[UInt8]], [UInt8])]
        var task = TrainingTask.mask
        var map: String?
        /// What masks without a palette hold.
        var others: [UInt8] = []
        var rule: String
        /// The values of the used indices of each file; nil where the file keeps its indices.
        var values: [[UInt8]?]
        var testDescription: String { name }
    }

    private static let three = TrainingTask.classes(ClassRange(count: 3))
    private static let ramp = (0..<256).map { [UInt8]([UInt8($0), UInt8($0), UInt8($0)]) }

    static let cases = [
        Case(
            name: "equal palettes keep their indices",
            masks: [([black, red, green], [0, 1]), ([black, red, green], [0, 2])], task: three,
            rule: "0=#000000,1=#c81e1e,2=#1ec81e", values: [nil, nil]),
        Case(
            name: "the one of most files is kept",
            masks: [
                ([black, green, red], [0, 1, 2]), ([black, red, green], [0, 1, 2]), ([black, red, green], [0, 1, 2]),
            ],
            task: three, rule: "0=#000000,1=#c81e1e,2=#1ec81e", values: [[0, 2, 1], nil, nil]),
        Case(
            name: "unused entries are left out by some files",
            masks: [
                ([black, red, green], [0, 1, 2]), ([black, red, green], [0, 1, 2]), ([black, green], [0, 1]),
            ],
            task: three, rule: "0=#000000,1=#c81e1e,2=#1ec81e", values: [nil, nil, [0, 2]]),
        Case(
            name: "equal numbers of files",
            masks: [([red, black], [0, 1]), ([black, red], [0, 1])], rule: "0=#000000,1=#c81e1e",
            values: [[1, 0], nil]),
        Case(
            name: "black and white, swapped in some files",
            masks: [([black, white], [0, 1]), ([white, black], [0, 1])],
            rule: "0=#000000,1=#ffffff", values: [nil, [1, 0]]),
        Case(
            name: "black and white, swapped in all files", masks: [([white, black], [0, 1]), ([white, black], [1])],
            rule: "0=#000000,1=#ffffff", values: [[1, 0], [0]]),
        Case(
            name: "black and white beside gray 0 and 255",
            masks: [([black, white], [0, 1]), ([black, white], [0])], others: [0, 255], rule: "0=#000000,255=#ffffff",
            values: [[0, 255], nil]),
        Case(
            name: "black and white beside gray 0 and 1", masks: [([white, black], [0, 1])], others: [0, 1],
            rule: "0=#000000,1=#ffffff", values: [[1, 0]]),
        Case(
            name: "black and white for a map of 255", masks: [([white, black], [0, 1])], map: "0=0,1=255",
            rule: "0=#000000,255=#ffffff", values: [[255, 0]]),
        Case(
            name: "black and white of two classes", masks: [([white, black], [0, 1])],
            task: .classes(ClassRange(count: 2)), others: [0, 255], rule: "0=#000000,1=#ffffff", values: [[1, 0]]),
        Case(
            name: "only two of many colours are used",
            masks: [([red, white, green, black], [1, 3]), ([black, white], [0, 1])],
            rule: "0=#000000,1=#ffffff", values: [[1, 0], nil]),
        Case(
            name: "black at two indices", masks: [([black, red, black], [0, 1, 2]), ([red, black], [0, 1])],
            rule: "0=#000000,1=#c81e1e", values: [[0, 1, 0], [1, 0]]),
        Case(
            name: "a palette without colours", masks: [([black, black], [0, 1]), ([black, black], [0])],
            rule: "indices",
            values: [nil, nil]),
        Case(
            name: "one class is black and transparent",
            masks: [([black + [0], black], [0, 1]), ([black, black + [0]], [0, 1])], rule: "0=#00000000,1=#000000",
            values: [nil, [1, 0]]),
        Case(
            name: "a ramp of grays means values", masks: [(ramp, [0, 255]), (ramp, [0])], rule: "0=#000000,255=#ffffff",
            values: [nil, nil]),
        Case(
            name: "smoothed and quantised grays",
            masks: [([white, black, [99, 99, 99]], [0, 1, 2]), ([[180, 180, 180], white, black], [0, 1, 2])],
            rule: "grays", values: [[255, 0, 99], [180, 255, 0]]),
        Case(
            name: "three classes in grays",
            masks: [([black, [99, 99, 99], white], [0, 1, 2]), ([black, white], [0, 1])],
            task: three, rule: "0=#000000,1=#636363,2=#ffffff", values: [nil, [0, 2]]),
    ]

    @Test(arguments: cases)
    func indicesMeanTheirColours(one: Case) throws {
        let masks = one.masks.enumerated().map { number, mask in
            PaletteMask(file: "\(number)", palette: mask.0.map(Self.colour), used: mask.1)
        }
        var context = PaletteContext(task: one.task, map: try one.map.map { try MaskMap(parsing: $0) })
        context.others = MaskValues(one.others)
        for order in [masks, masks.reversed()] {
            #expect(try PaletteRule.detected(order, context)?.description == one.rule)
        }
        let rule = try #require(PaletteRule(one.rule))
        #expect(rule.description == one.rule)
        let values = try masks.map { mask in
            try rule.table(mask.palette, used: mask.used).map { table in mask.used.map { table[Int($0)] } }
        }
        #expect(values == one.values)
    }

    private static func colour(_ bytes: [UInt8]) -> PaletteColor {
        PaletteColor(bytes[0], bytes[1], bytes[2], alpha: bytes.count > 3 ? bytes[3] : 255)
    }

    @Test func masksWithoutPaletteNeedNoRule() throws {
        #expect(try PaletteRule.detected([], PaletteContext(task: .mask)) == nil)
        for text in ["", "0", "0=black", "256=#000000", "0=#0000", "0=#00000g", "1=#+00000"] {
            #expect(PaletteRule(text) == nil, "\(text)")
        }
    }

    // MARK: Data sets

    private let shape = SampleShape(channels: 3, height: 16, width: 16)

    /// Pairs with gray masks of the given numbers, or with palette masks that show the same.
    private func folder(
        _ count: Int, numbers: UInt16 = 2, palettes: (Int) -> [[UInt8]]?
    ) throws -> DoctorFolder {
        let data = try DoctorFolder(count, object: 1)
        for index in 1...count {
            let name = "masks/p\(index < 10 ? "0" : "")\(index).png"
            let pixels = (0..<256).map { UInt16(($0 / (3 + index)) % Int(numbers)) }
            guard let palette = palettes(index) else {
                try data.folder.write(name, HandmadePNG(width: 16, height: 16, samples: pixels).bytes)
                continue
            }
            let order = (numbers == 2 ? [Self.black, Self.white] : [Self.black, Self.red, Self.green]).map { colour in
                UInt16(palette.firstIndex(of: colour) ?? 0)
            }
            let samples = pixels.map { order[Int($0)] }
            let file = HandmadePNG(width: 16, height: 16, kind: .palette, samples: samples, palette: palette)
            try data.folder.write(name, file.bytes)
        }
        return data
    }

    private func load(
        _ data: DoctorFolder, task: TrainingTask = .mask, cache: Int = .max, palettes: PaletteRule? = nil
    ) throws -> LoadedSamples {
        let layout = try DataLayout.recognize(folder: data.folder.path, pictures: nil, masks: nil)
        var shape = shape
        shape.task = task
        return try SampleLoading(shape: shape, threads: 2, cache: SampleCache(limit: cache))
            .load(layout, map: nil, palettes: palettes)
    }

    private func set(_ loaded: LoadedSamples) throws -> DataSet {
        DataSet(shape: shape, training: loaded.samples, testing: [], reader: loaded.reader)
    }

    @Test(arguments: [0, Int.max])
    func swappedPalettesGiveTheMasksThatPeopleSee(cache: Int) throws {
        let plain = try set(load(folder(8) { _ in nil }))
        let data = try folder(8) { $0 % 2 == 0 ? [Self.white, Self.black] : [Self.black, Self.white] }
        let swapped = try set(load(data, cache: cache))
        for index in 0..<8 { #expect(try swapped.sample(index).mask == plain.sample(index).mask) }
        #expect(swapped.samples.map(\.classes) == plain.samples.map(\.classes))
        #expect(swapped.keptCount == (cache == 0 ? 0 : 8))
    }

    @Test func classesKeepTheirColours() throws {
        let plain = try set(load(folder(9, numbers: 3) { _ in nil }, task: Self.three))
        let data = try folder(9, numbers: 3) {
            $0 % 3 == 0 ? [Self.black, Self.green, Self.red] : [Self.black, Self.red, Self.green]
        }
        let mixed = try load(data, task: Self.three, cache: 0)
        let changed = try set(mixed)
        for index in 0..<9 { #expect(try changed.sample(index).mask == plain.sample(index).mask) }
        #expect(mixed.findings.palettes?.description == "0=#000000,1=#c81e1e,2=#1ec81e")
        #expect(mixed.findings.masks?.values.values == [0, 1, 2])
    }

    /// Equal palettes are read as ever, and earlier runs find their data as it was.
    @Test func equalPalettesChangeNothing() throws {
        let plain = try set(load(folder(4) { _ in nil }))
        let indexed = try set(load(folder(4) { _ in [Self.black, Self.white] }))
        #expect(plain.fingerprint == indexed.fingerprint)
        let inverted = try folder(4) { _ in [Self.white, Self.black] }
        let before = try set(load(inverted, palettes: .indices))
        let now = try set(load(inverted))
        #expect(try before.sample(0).mask == plain.sample(0).mask.map { 1 - $0 })
        #expect(try now.sample(0).mask == plain.sample(0).mask)
        #expect(before.fingerprint != now.fingerprint && now.fingerprint != plain.fingerprint)
    }

    @Test func grayMasksBesideBlackAndWhiteOnesAgree() throws {
        let data = try DoctorFolder(6)
        let pixels = (0..<256).map { UInt16($0 % 16 < 8 ? 1 : 0) }
        let file = HandmadePNG(
            width: 16, height: 16, kind: .palette, samples: pixels, palette: [Self.white, Self.black])
        for name in ["masks/p02.png", "masks/p05.png"] { try data.folder.write(name, file.bytes) }
        let samples = try set(load(data))
        for index in 1..<6 { #expect(try samples.sample(index).mask == samples.sample(0).mask) }
    }

    /// A run's evaluation reads masks in the run's colours, even where their own palettes agree.
    @Test func laterMasksAreReadInTheColoursOfTheRun() throws {
        let first = try load(folder(6, numbers: 3) { _ in [Self.black, Self.red, Self.green] }, task: Self.three)
        let rule = try #require(first.findings.palettes)
        let other = try folder(6, numbers: 3) { _ in [Self.green, Self.red, Self.black] }
        let later = try set(load(other, task: Self.three, palettes: rule))
        for index in 0..<6 { #expect(try later.sample(index).mask == set(first).sample(index).mask) }
        let unknown = try folder(3, numbers: 3) { _ in [Self.white, Self.red, Self.green] }
        let text = message { _ = try load(unknown, task: Self.three, palettes: rule) }
        #expect(text.contains("masks/p01.png: the mask's palette has #ffffff at index 0"), "\(text)")
        #expect(text.contains("0 is #000000, 1 is #c81e1e, 2 is #1ec81e"), "\(text)")
    }

    @Test func aPaletteThatChangesUnderTheRunIsNoticed() throws {
        let data = try folder(2) { $0 == 1 ? [Self.white, Self.black] : [Self.black, Self.white] }
        let samples = try set(load(data, cache: 0))
        var file = HandmadePNG(
            width: 16, height: 16, kind: .palette,
            samples: try decodeMask(path: data.folder.file("masks/p01.png")).pixels
                .map { UInt16($0) }, palette: [Self.white, Self.red])
        try data.folder.write("masks/p01.png", file.bytes)
        #expect(message { _ = try samples.sample(0) }.contains("holds another mask than at the start"))
        file.palette = [Self.white, Self.black]
        try data.folder.write("masks/p01.png", file.bytes)
        _ = try samples.sample(0)
    }

    @Test func tooManyColoursAreAnError() throws {
        let data = try DoctorFolder(4)
        for index in 1...4 {
            let palette = (0..<200).map { [UInt8(10 * index), UInt8($0), UInt8(index)] }
            let samples = (0..<256).map { UInt16($0 % 200) }
            let file = HandmadePNG(width: 16, height: 16, kind: .palette, samples: samples, palette: palette)
            try data.folder.write("masks/p0\(index).png", file.bytes)
        }
        let text = message { _ = try load(data) }
        #expect(text.contains("hold 800 colours together") && text.contains("p01.png alone holds 200"), "\(text)")
        let found = try data.diagnosis()
        #expect(!found.isTrainable && found.words(.maskValues).contains("800 colours"), "\(found.text)")
    }

    // MARK: Words

    @Test func theDoctorSaysThatColoursDecide() throws {
        let data = try folder(20) { $0 % 4 == 0 ? [Self.white, Self.black] : [Self.black, Self.white] }
        let found = try data.diagnosis()
        #expect(found.isTrainable)
        #expect(found.finding(.palettes)?.files.count == 5)
        #expect(
            found.words(.palettes).hasPrefix(
                "5 masks of 20 number their palette's colours otherwise than the others"), "\(found.text)")
        #expect(found.words(.palettes).contains("colours decide: 0 is #000000, 1 is #ffffff"), "\(found.text)")
        let equal = try folder(20) { _ in [Self.black, Self.white] }.diagnosis()
        #expect(equal.finding(.palettes) == nil, "\(equal.text)")
        // Without a net as well.
        #expect(try data.diagnosis(nil).finding(.palettes) != nil)
    }

    @Test func runsRememberTheRule() throws {
        for rule in [nil, .indices, .grays, PaletteRule("0=#000000,255=#ffffff")] as [PaletteRule?] {
            let settings = DataSettings(folder: "/d", palettes: rule)
            var metadata = Dictionary(uniqueKeysWithValues: settings.metadata)
            #expect(try DataSettings(RecordFields(metadata: metadata, path: "c")) == settings)
            metadata["mask_palette"] = nil
            #expect(try DataSettings(RecordFields(metadata: metadata, path: "c")).palettes == .indices)
            metadata["mask_palette"] = "0=black"
            #expect(
                message { _ = try DataSettings(RecordFields(metadata: metadata, path: "c")) }.contains(
                    "expected colours such as 0=#000000,1=#ffffff"))
        }
    }
}
