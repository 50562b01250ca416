import Base
import Imaging
import Platform
import Recipes
import Tasks
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import DataSets

/// Masks whose labels may overlap: where they come from, and what the net is fed of them.
@Suite struct LabelTests {
    private static let size = PictureSize(width: 9, height: 7)
    private static let pictures = ["a", "a_1", "b c"]

    /// Whether a pixel of a picture has a label: rings and stripes that cross each other; of the last picture the last label is
    /// nowhere.
    private static func has(_ number: Int, _ picture: Int, _ x: Int, _ y: Int) -> Bool {
        if picture == 2 && number > 0 && number % 2 == 1 { return false }
        return (x * (number + 1) + y * (3 - number % 3) + picture) % 5 < 2
    }

    private static func bits(_ count: Int, _ picture: Int) -> [UInt8] {
        (0..<size.width * size.height).map { place in
            (0..<count).reduce(0) {
                has($1, picture, place % size.width, place / size.width) ? $0 | LabelRange.bit($1) : $0
            }
        }
    }

    private static func plane(_ number: Int, _ picture: Int, _ value: UInt8) -> [UInt8] {
        bits(number + 1, picture).map { LabelRange.has($0, number) ? value : 0 }
    }

    private static func shape(_ count: Int) -> SampleShape {
        SampleShape(
            channels: 3, height: size.height, width: size.width, task: .labels(LabelRange(count: count)))
    }

    private static func folder(_ pictures: [String] = pictures) throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for name in pictures {
            try folder.writePicture("images/\(name).png", width: size.width, height: size.height)
        }
        return folder
    }

    private static func writeMask(_ folder: TestFolder, _ name: String, _ pixels: [UInt8], size: PictureSize = size)
        throws
    {
        try folder.folder(FileSystem.parent(name))
        try folder.write(
            name, Bitmap(width: size.width, height: size.height, channels: 1, pixels: pixels).encodePNG())
    }

    private static func load(
        _ folder: TestFolder, _ count: Int, names: [String] = [], labels: [String]? = nil, map: String? = nil,
        isSparse: Bool = false, masks: String = "masks", cache: Int = .max, patches: PatchSettings? = nil
    ) throws -> LoadedSamples {
        var settings = DataSettings(folder: folder.path, pictures: "images", masks: masks)
        (settings.classNames, settings.labels, settings.hasSparseLabels) = (names, labels, isSparse)
        if let map { settings.take(try MaskMeaning(parsing: map).settled(for: shape(count).task)) }
        let layout = try #require(try settings.layout(for: shape(count).task))
        return try SampleLoading(shape: shape(count), threads: 2, cache: SampleCache(limit: cache), patches: patches)
            .load(layout, map: settings.map, labels: settings.labels, names: settings.classNames)
    }

    private static func masks(_ loaded: LoadedSamples) -> [[UInt8]] { loaded.samples.map { $0.kept?.mask ?? [] } }

    // MARK: Files

    enum Layout: CaseIterable {
        case underscore, minus, folders, folderNames, bytes, words, floats, pages, rgb, palettes, oneFolder
    }

    private static func write(_ layout: Layout, _ count: Int, _ names: [String], in folder: TestFolder) throws {
        for (index, picture) in pictures.enumerated() {
            for (number, name) in names.enumerated() {
                let pixels = plane(number, index, number % 2 == 0 ? 255 : 1)
                switch layout {
                case .underscore: try writeMask(folder, "masks/\(picture)_\(name).png", pixels)
                case .minus: try writeMask(folder, "masks/\(picture)-\(name).png", pixels)
                case .folders: try writeMask(folder, "masks/\(name)/\(picture).png", pixels)
                case .folderNames: try writeMask(folder, "masks/\(name)/\(picture)_\(name).png", pixels)
                case .oneFolder: try writeMask(folder, "images/\(picture)_\(name).png", pixels)
                case .palettes:
                    // Black has the higher index.
                    let file = HandmadePNG(
                        width: size.width, height: size.height, kind: .palette,
                        samples: pixels.map { $0 == 0 ? 1 : 0 },
                        palette: [[200, 30, 30, 255], [0, 0, 0, 255]])
                    try folder.write("masks/\(picture)_\(name).png", file.bytes)
                case .bytes, .words, .floats, .pages, .rgb: break
                }
            }
            let bits = bits(count, index).flatMap { byte in (0..<count).map { LabelRange.has(byte, $0) } }
            var file = HandmadeTIFF(
                width: size.width, height: size.height, bands: count, samples: .bytes(bits.map { $0 ? 255 : 0 }))
            switch layout {
            case .bytes: break
            case .words: file.samples = .words(bits.map { $0 ? 65535 : 0 })
            case .floats: file.samples = .floats(bits.map { $0 ? 1 : 0 })
            case .pages: file.isPaged = true
            case .rgb:
                let bitmap = Bitmap(
                    width: size.width, height: size.height, channels: 3, pixels: bits.map { $0 ? 255 : 0 })
                try folder.write("masks/\(picture).png", bitmap.encodePNG())
                continue
            case .underscore, .minus, .folders, .folderNames, .palettes, .oneFolder: continue
            }
            try folder.write("masks/\(picture).tif", file.bytes)
        }
    }

    @Test(arguments: Layout.allCases, [2, 3, 8])
    func masksOfLabelsBecomeBits(layout: Layout, count: Int) throws {
        guard layout != .rgb || count == 3 else { return }
        let folder = try Self.folder()
        // Their order is that of the target, not of the letters.
        let names = (0..<count).map { ["z one", "nuc", "x", "mem", "d", "b", "w", "a"][$0] }
        try Self.write(layout, count, names, in: folder)
        let loaded = try Self.load(folder, count, names: names, masks: layout == .oneFolder ? "images" : "masks")
        #expect(loaded.samples.map(\.name) == Self.pictures)
        #expect(Self.masks(loaded) == Self.pictures.indices.map { Self.bits(count, $0) })
        #expect(loaded.report.issues.isEmpty, "\(loaded.report)")
        #expect(loaded.findings.classNames == names)
        let isNamed = ![.bytes, .words, .floats, .pages, .rgb].contains(layout)
        #expect(loaded.reader?.labels == (isNamed ? names : nil))
        // Read again: from the files, and by what a run remembers.
        let again = try Self.load(
            folder, count, names: names, labels: loaded.reader?.labels,
            masks: layout == .oneFolder ? "images" : "masks", cache: 0)
        for (index, stored) in again.samples.enumerated() {
            #expect(stored.kept == nil)
            #expect(try again.reader?.read(stored).mask == Self.bits(count, index))
            let own = try #require(try again.reader?.mask(of: stored, at: Self.size))
            #expect((0..<Self.size.height).flatMap(own.row) == Self.bits(count, index))
        }
        let text = loaded.findings.text
        #expect(text.contains("of the pixels \(names[0]) "), "\(text)")
        #expect(
            text.contains(layout == .folders ? "labels are folders" : isNamed ? "NAME_" : "bands")
                || layout == .folderNames)
    }

    /// Names that nobody gave are found, in the order of their letters.
    @Test(arguments: [Layout.underscore, .folders, .palettes])
    func labelsAreFound(layout: Layout) throws {
        let folder = try Self.folder()
        try Self.write(layout, 2, ["mem", "nuc"], in: folder)
        let loaded = try Self.load(folder, 2)
        #expect(loaded.findings.classNames == ["mem", "nuc"] && loaded.reader?.labels == ["mem", "nuc"])
        #expect(Self.masks(loaded) == Self.pictures.indices.map { Self.bits(2, $0) })
    }

    @Test func labelsAreJoinedAndLeftOut() throws {
        let folder = try Self.folder()
        try Self.write(.underscore, 3, ["one", "two", "junk"], in: folder)
        let swapped = try Self.load(folder, 2, map: "first=two,second=one,ignore=junk")
        #expect(Self.masks(swapped)[0] == Self.bits(2, 0).map { ($0 >> 1) | ($0 & 1) << 1 })
        #expect(swapped.report.issues.isEmpty)
        let joined = try Self.load(folder, 2, map: "any=one+two,other=junk")
        #expect(Self.masks(joined)[1] == Self.bits(3, 1).map { ($0 & 3 != 0 ? 1 : 0) | ($0 >> 2) << 1 })
        // Those that were not asked for are said.
        let two = try Self.load(folder, 2, names: ["one", "two"])
        #expect(Self.masks(two)[0] == Self.bits(2, 0))
        #expect(two.report.issues.count == 3 && two.report.issues.allSatisfy { $0.kind == .maskAlone })
    }

    @Test func missingFilesAreNamedUnlessTheySayNothing() throws {
        let folder = try Self.folder()
        try Self.write(.underscore, 2, ["one", "two"], in: folder)
        try #require(unlinkFile(folder.file("masks/b c_two.png")))
        let text = message { _ = try Self.load(folder, 2) }
        #expect(text.contains("b c.png: has no mask of the label \"two\", beside masks/b c_one.png"), "\(text)")
        #expect(text.contains("--sparse-labels"), "\(text)")
        let sparse = try Self.load(folder, 2, isSparse: true)
        #expect(Self.masks(sparse)[2] == Self.bits(1, 2))
        // A picture of which nothing is known is no empty one.
        try #require(unlinkFile(folder.file("masks/b c_one.png")))
        let two = try Self.load(folder, 2, isSparse: true)
        #expect(two.samples.count == 2)
        #expect(two.report.issues.map(\.kind) == [.pictureAlone])
    }

    private func unlinkFile(_ path: String) -> Bool {
        unlink(path) == 0
    }

    // MARK: What does not fit

    @Test func masksThatDoNotFitAreExplained() throws {
        func fault(_ count: Int, names: [String] = [], map: String? = nil, _ write: (TestFolder) throws -> Void) throws
            -> String
        {
            let folder = try Self.folder(["p"])
            try write(folder)
            return message { _ = try Self.load(folder, count, names: names, map: map) }
        }
        let plain = [UInt8](repeating: 0, count: 63)
        let all = try fault(2) { folder in
            for label in ["a", "b", "c"] { try Self.writeMask(folder, "masks/p_\(label).png", plain) }
        }
        #expect(all.contains("the masks have 3 labels: a, b, c; the net learns 2 labels that overlap"), "\(all)")
        #expect(all.contains("--classes a,b"), "\(all)")
        let map = try fault(2) { try Self.writeMask($0, "masks/p.png", plain + []) }
        #expect(map.contains("has one value a pixel (gray PNG), and the net learns 2 labels"), "\(map)")
        #expect(map.contains("classes[H, W]"), "\(map)")
        let values = try fault(2) { folder in
            try Self.writeMask(folder, "masks/p_a.png", [0, 3, 7] + plain.dropLast(3))
            try Self.writeMask(folder, "masks/p_b.png", plain)
        }
        #expect(values.contains("p_a.png: holds the values 0, 3, 7, expected those of one label"), "\(values)")
        let sizes = try fault(2) { folder in
            try Self.writeMask(folder, "masks/p_a.png", plain)
            try Self.writeMask(folder, "masks/p_b.png", plain, size: PictureSize(width: 7, height: 9))
        }
        #expect(sizes.contains("p_b.png: has 7 x 9 pixels, and the picture's other labels have 9 x 7"), "\(sizes)")
        let odd = try fault(2) { folder in
            let bytes: [UInt8] = (0..<126).map { $0 % 2 == 0 ? 255 : UInt8($0 % 3) }
            try folder.write("masks/p.tif", HandmadeTIFF(width: 9, height: 7, bands: 2, samples: .bytes(bytes)).bytes)
        }
        #expect(odd.contains("in band 2, expected the values of one label a band"), "\(odd)")
        let names = try fault(2, names: ["u", "v"]) { try Self.writeMask($0, "masks/q_a.png", plain) }
        #expect(names.contains("has masks of 2 labels called u, v") && names.contains("p_u.png"), "\(names)")
        let colours = try fault(2, map: "a=#ff0000,b=#00ff00") { _ in }
        #expect(colours.contains("whose masks have one value each, found colours"), "\(colours)")
        let count = try fault(2, map: "a=x,b=y,c=z") { _ in }
        #expect(count.contains("the net learns 2 labels, found 3 names"), "\(count)")
    }

    // MARK: Outlines

    @Test func outlinesThatOverlapKeepBothLabels() throws {
        let folder = try Self.folder(["p"])
        func ring(_ left: Int, _ right: Int) -> String { "[[\(left), 1, \(right), 1, \(right), 6, \(left), 6]]" }
        try folder.write(
            "coco.json",
            Array(
                """
                {"images": [{"id": 1, "file_name": "p.png"}],
                 "categories": [{"id": 4, "name": "cell"}, {"id": 2, "name": "nucleus"}, {"id": 9, "name": "never"}],
                 "annotations": [{"image_id": 1, "category_id": 2, "segmentation": \(ring(2, 5))},
                                 {"image_id": 1, "category_id": 4, "segmentation": \(ring(1, 4))},
                                 {"image_id": 1, "category_id": 2, "segmentation": \(ring(7, 9))}]}
                """.utf8))
        func expected(_ nucleus: UInt8, _ cell: UInt8) -> [UInt8] {
            (0..<63).map { place in
                let (x, y) = (place % 9, place / 9)
                guard (1..<6).contains(y) else { return 0 }
                return ((2..<5).contains(x) || x > 6 ? nucleus : 0) | ((1..<4).contains(x) ? cell : 0)
            }
        }
        // Those that occur, in the order of their ids.
        let found = try Self.load(folder, 2, masks: "coco.json")
        #expect(Self.masks(found)[0] == expected(1, 2))
        #expect(found.findings.classNames == ["nucleus", "cell"])
        let named = try Self.load(folder, 2, names: ["cell", "nucleus"], masks: "coco.json")
        #expect(Self.masks(named)[0] == expected(2, 1))
        #expect(named.reader?.labels == ["cell", "nucleus"])
        let three = try Self.load(folder, 3, masks: "coco.json")
        #expect(Self.masks(three)[0] == expected(1, 2) && three.findings.classNames == ["nucleus", "cell", "never"])
        let joined = try Self.load(folder, 2, map: "both=cell+nucleus,none=never", masks: "coco.json")
        #expect(Self.masks(joined)[0] == expected(1, 1))
        let text = message { _ = try Self.load(folder, 2, names: ["cell", "core"], masks: "coco.json") }
        #expect(text.contains("nucleus is none of cell, core") && text.contains("ignore=nucleus"), "\(text)")
    }

    // MARK: What the net is fed

    private static let everything =
        "flip,vflip,rotate90,rotate=40,scale=0.6..1.5,crop=0.8,shift=0.1,brightness=0.2,contrast=0.2,elastic=12"

    /// Each label's target is what a net of that label alone is fed, whatever is done to pictures.
    @Test(arguments: [2, 8])
    func targetsAreThoseOfEachLabelAlone(count: Int) throws {
        let size = PictureSize(width: 24, height: 16)
        func samples(_ mask: (Int, Int) -> UInt8) -> [Sample] {
            (0..<4).map { index in
                var random = SplitMix64(seed: UInt64(index))
                let picture = (0..<3 * size.width * size.height).map { _ in UInt8(random.index(below: 256)) }
                let bytes = (0..<size.width * size.height).map { mask(index, $0) }
                return Sample(name: "s\(index)", file: "s\(index)", picture: picture, mask: bytes)
            }
        }
        func byte(_ index: Int, _ place: Int) -> UInt8 {
            var random = SplitMix64(seed: UInt64(index), UInt64(place / 3))
            return UInt8(truncatingIfNeeded: random.next()) & UInt8(truncatingIfNeeded: (1 << count) - 1)
        }
        func targets(_ task: TrainingTask, _ mask: (Int, Int) -> UInt8, isAugmented: Bool) throws -> [[Float]] {
            let shape = SampleShape(channels: 3, height: size.height, width: size.width, task: task)
            let data = DataSet(shape: shape, training: samples(mask), testing: [])
            let augmentation = EpochAugmentation(
                settings: try AugmentationSettings(parsing: Self.everything), draw: EpochDraw(seed: 3, epoch: 2))
            let maker = BatchMaker(data: data, augmentation: isAugmented ? augmentation : nil)
            return try (0..<4).map { try #require(try maker.item($0).target) }
        }
        for isAugmented in [false, true] {
            let together = try targets(.labels(LabelRange(count: count)), byte, isAugmented: isAugmented)
            let area = size.width * size.height
            for number in 0..<count {
                let alone = try targets(.mask, { byte($0, $1) >> UInt8(number) & 1 }, isAugmented: isAugmented)
                #expect(together.map { Array($0[number * area..<(number + 1) * area]) } == alone)
            }
            #expect(together.allSatisfy { $0.count == count * area })
        }
    }

    /// It does not matter whether pictures are in memory, and each label is as likely to be cut around.
    @Test func piecesAreThoseOfWholeMasks() throws {
        let folder = try Self.folder()
        try Self.write(.underscore, 3, ["one", "two", "six"], in: folder)
        let patches = PatchSettings(perPicture: 5)
        let items = try [Int.max, 0].map { cache -> [BatchItem] in
            let loaded = try Self.load(folder, 3, names: ["one", "two", "six"], cache: cache, patches: patches)
            var shape = Self.shape(3)
            (shape.width, shape.height, shape.maskWidth, shape.maskHeight) = (4, 4, 4, 4)
            (shape.outputWidth, shape.outputHeight) = (4, 4)
            var reader = try #require(loaded.reader)
            reader.shape = shape
            let data = DataSet(shape: shape, training: loaded.samples, testing: [], reader: reader)
            #expect(loaded.samples.map(\.foreground.count) == [3, 3, 2])
            let maker = BatchMaker(
                data: data,
                augmentation: EpochAugmentation(
                    settings: try AugmentationSettings(parsing: "flip,rotate=20"), draw: EpochDraw(seed: 1, epoch: 1)))
            return try (0..<15).map { try maker.item($0) }
        }
        #expect(items[0].map(\.target) == items[1].map(\.target))
        #expect(items[0].map(\.picture) == items[1].map(\.picture))
        #expect(items[0].allSatisfy { $0.target?.count == 48 })
    }

    @Test func placesOfALabelAreWhereverItIs() {
        var mask = [UInt8](repeating: 0, count: 5000)
        for place in 1000..<3000 { mask[place] |= 1 }
        for place in 2990..<3010 { mask[place] |= 2 }
        let found = ForegroundPlaces(mask).byLabel(LabelRange(count: 3))
        #expect(found.count == 2)
        #expect(found[0].allSatisfy { (1000..<3000).contains($0) } && found[0].contains { $0 >= 2990 })
        #expect(found[1].allSatisfy { (2990..<3010).contains($0) })
        #expect(Set(found[1].map { $0 < 3000 }) == [true, false], "with the other label and alone")
    }

    @Test func embeddedPicturesOverlap() throws {
        let shape = SampleShape(channels: 3, height: 32, width: 32, task: .labels(LabelRange(count: 2)))
        let masks = (0..<40).map { EmbeddedSamples(shape: shape).sample($0).mask }
        #expect(Set(masks.joined()) == [0, 1, 2, 3])
    }
}
