import Base
import Imaging
import Recipes
import Tasks
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import DataSets

/// Pieces of pictures: where they are cut, that picture and mask stay together, and that it does not matter whether a picture
/// is in memory.
@Suite struct PatchTests {
    private static let everything =
        "flip,vflip,rotate90,rotate=40,scale=0.6..1.5,crop=0.8,shift=0.1,brightness=0.2,contrast=0.2,saturation=0.3,"
        + "hue=0.1,noise=0.05,elastic=12"

    // MARK: Where

    static let sizes = [(16, 16), (16, 9), (5, 40), (1, 1), (200, 33)].map { PictureSize(width: $0.0, height: $0.1) }

    @Test(arguments: sizes, sizes)
    func windowsLieInThePictureOrAroundIt(window: PictureSize, picture: PictureSize) {
        let places = [[Int32(picture.width * picture.height - 1)], [0]]
        var starts: Set<[Int]> = []
        for epoch in 0..<60 {
            let origin = PatchDraw(seed: 3, epoch: epoch).origin(
                of: window, in: picture, foreground: epoch % 2 == 0 ? places : [], sample: 1, number: epoch / 2)
            for (start, inner, side) in [
                (origin.x, window.width, picture.width), (origin.y, window.height, picture.height),
            ] {
                let slack = side - inner
                #expect((min(0, slack)...max(0, slack)).contains(start), "\(window) in \(picture)")
            }
            starts.insert([origin.x, origin.y])
        }
        let isFixed = window.width == picture.width && window.height == picture.height
        #expect((starts.count == 1) == isFixed, "\(starts.count) different ones")
    }

    /// One of three, whatever the epoch; others anywhere.
    @Test func aThirdLiesAroundForeground() {
        let (window, picture) = (PictureSize(width: 8, height: 8), PictureSize(width: 400, height: 300))
        let place = 150 * picture.width + 200
        for epoch in 1...3 {
            let draw = PatchDraw(seed: 0, epoch: epoch)
            let hits = (0..<300).filter { number in
                let (x, y) = draw.origin(
                    of: window, in: picture, foreground: [[Int32(place)]], sample: 0, number: number)
                return (x..<x + 8).contains(200) && (y..<y + 8).contains(150)
            }
            #expect(hits.count >= 100 && hits.count <= 103)
            #expect(hits.filter { ($0 + epoch) % 3 == 0 }.count == 100)
        }
        let plain = (0..<300).filter { number in
            let (x, y) = PatchDraw(seed: 0, epoch: 1).origin(
                of: window, in: picture, foreground: [], sample: 0, number: number)
            return (x..<x + 8).contains(200) && (y..<y + 8).contains(150)
        }
        #expect(plain.count < 4, "without an object nothing draws a window to it")
    }

    /// Each class is as likely, however small it is.
    @Test func rareClassesAreDrawnAsOften() {
        let (window, picture) = (PictureSize(width: 8, height: 8), PictureSize(width: 500, height: 8))
        let many = (0..<64).map { Int32($0) }
        let rare = [Int32(450)]
        let starts = (0..<400).map {
            PatchDraw(seed: 1, epoch: 0).origin(
                of: window, in: picture, foreground: [many, rare], sample: 0, number: 3 * $0
            ).x
        }
        let far = starts.count { $0 > 400 }
        #expect(far > 150 && far < 250, "\(far) of 400")
        #expect(starts.allSatisfy { $0 <= 66 || (443...450).contains($0) })
    }

    @Test func placesAreOfTheirValueAndFromAllOver() {
        var mask = [UInt8](repeating: 0, count: 10_000)
        for place in 4000..<4010 { mask[place] = 7 }
        for place in stride(from: 5000, to: 10_000, by: 5) { mask[place] = 255 }
        let classes = (0...UInt8.max).map { $0 == 255 ? UInt8(2) : $0 == 7 ? 1 : 0 }
        let found = ForegroundPlaces(mask).byClass(classes)
        #expect(found.count == 2 && found[0] == (4000..<4010).map { Int32($0) })
        #expect(found[1].count == ForegroundPlaces.most && Set(found[1]).count == found[1].count)
        #expect(found[1].allSatisfy { mask[Int($0)] == 255 })
        #expect(found[1].contains { $0 < 5300 } && found[1].contains { $0 > 9700 })
        #expect(ForegroundPlaces(mask).byClass(classes.map { $0 == 1 ? ClassRange.void : 0 }).isEmpty)
        // Two values of one class: each as often as it has pixels, once at least.
        let joined = ForegroundPlaces(mask).byClass(classes.map { $0 == 0 ? 0 : 1 })
        #expect(joined.count == 1 && joined[0].count { $0 < 5000 } == 1 && joined[0].count { $0 >= 5000 } == 63)
    }

    @Test(arguments: [(1, 4), (14, 64), (40, 1), (100, 500)])
    func ordersHoldEveryPieceOnce(pictures: Int, each: Int) {
        let training = (0..<pictures).map { 2 * $0 + 1 }
        let patches = PatchSettings(perPicture: each)
        let order = EpochDraw(seed: 4, epoch: 2).order(training, patches: patches, group: 9)
        #expect(order.sorted() == training.flatMap { $0 * each..<($0 + 1) * each })
        #expect(order == EpochDraw(seed: 4, epoch: 2).order(training, patches: patches, group: 9))
        #expect(order.count < 3 || order != EpochDraw(seed: 4, epoch: 3).order(training, patches: patches, group: 9))
        // Pictures that are read again are done with before many others are begun.
        var open: [Int: Int] = [:]
        var most = 0
        for number in order {
            open[number / each, default: 0] += 1
            if open[number / each] == each { open[number / each] = nil }
            most = max(most, open.count)
        }
        #expect(most <= 9)
    }

    // MARK: What

    /// Files whose red tells the column and whose green the row, with masks of stripes.
    private static func folder(_ sizes: [PictureSize]) throws -> TestFolder {
        let folder = try TestFolder()
        try folder.folder("images")
        try folder.folder("masks")
        for (index, size) in sizes.enumerated() {
            let pixels = (0..<size.height).flatMap { y in
                (0..<size.width).flatMap { x in [UInt8(x), UInt8(y), UInt8((x * y + index) % 256)] }
            }
            let mask = (0..<size.height * size.width).map { UInt8($0 % size.width / 3 % 2 * 255) }
            try folder.write(
                "images/p\(index).png",
                Bitmap(width: size.width, height: size.height, channels: 3, pixels: pixels).encodePNG())
            try folder.write(
                "masks/p\(index).png",
                Bitmap(width: size.width, height: size.height, channels: 1, pixels: mask).encodePNG())
        }
        return folder
    }

    private static let files = [(70, 50), (31, 90), (9, 7), (128, 33)].map { PictureSize(width: $0.0, height: $0.1) }

    private func load(
        _ folder: TestFolder, _ shape: SampleShape, _ patches: PatchSettings, cache: Int = 1 << 24
    ) throws -> DataSet {
        var settings = DataSettings(folder: folder.path, split: 0.75, isSorted: true)
        settings.patches = patches
        return try DataSet.load(
            settings, .training, shape: shape, seed: 0, threads: 2, isStrict: true, cache: SampleCache(limit: cache),
            console: Console(isQuiet: true)
        ).data
    }

    private func maker(_ data: DataSet, _ text: String, epoch: Int = 1) throws -> BatchMaker {
        BatchMaker(
            data: data,
            augmentation: EpochAugmentation(
                settings: try AugmentationSettings(parsing: text), draw: EpochDraw(seed: 5, epoch: epoch)))
    }

    /// Without augmentation a piece has the pixels of its picture, mirrored at the edges, and of its mask.
    @Test(arguments: ["none", "flip", "vflip", "flip,vflip,rotate90"])
    func piecesArePixelsOfThePicture(text: String) throws {
        let shape = SampleShape(channels: 3, height: 24, width: 24)
        let data = try load(try Self.folder(Self.files), shape, PatchSettings(perPicture: 5))
        for number in 0..<15 {
            let item = try maker(data, text).item(number)
            let target = try #require(item.target)
            let size = Self.files[number / 5]
            for place in 0..<24 * 24 {
                let (x, y) = (
                    Int((255 * item.picture[place]).rounded()), Int((255 * item.picture[576 + place]).rounded())
                )
                #expect(x < size.width && y < size.height)
                #expect(Int((255 * item.picture[1152 + place]).rounded()) == (x * y + number / 5) % 256)
                #expect(target[place] == Float(x / 3 % 2), "mask and picture are of one place: \(x), \(y)")
            }
        }
    }

    /// What tests and figures look at is a window as it is.
    @Test func testedPiecesAreTheSameInAllEpochs() throws {
        let shape = SampleShape(channels: 3, height: 24, width: 20, maskHeight: 12, maskWidth: 10)
        let data = try load(try Self.folder(Self.files), shape, PatchSettings(perPicture: 5))
        #expect(data.testing == [3] && data.tested([3]) == Array(18..<24) && data.epochCount == 15)
        let item = try BatchMaker(data: data).item(18)
        let sample = try data.sample(3)
        #expect(item.picture == sample.picture.units && item.sample == sample)
        #expect(sample.picture.count == 3 * 24 * 20 && sample.mask.count == 12 * 10 && sample.size == nil)
        for row in 0..<12 {
            for column in 0..<10 {
                guard case .bytes(let bytes) = sample.picture.samples else { return }
                let red = bytes[(2 * row + 1) * 20 + 2 * column + 1]
                #expect(sample.mask[row * 10 + column] == red / 3 % 2)
            }
        }
    }

    /// A picture that is read again gives the pieces that it gives from memory, bit for bit.
    @Test(arguments: ["none", "flip", everything, "rotate=180,elastic=60", "scale=0.2..5"], [1.0, 0.5, 1.7])
    func piecesDoNotDependOnTheCache(text: String, scale: Double) throws {
        let shape = SampleShape(channels: 3, height: 24, width: 16)
        let folder = try Self.folder(Self.files)
        let patches = PatchSettings(perPicture: 6, scale: scale)
        let all = try load(folder, shape, patches)
        for cache in [0, 8000] {
            let some = try load(folder, shape, patches, cache: cache)
            #expect(some.keptCount < all.keptCount)
            #expect(some.fingerprint == all.fingerprint)
            let (expected, found) = (try maker(all, text), try maker(some, text))
            for number in all.order(EpochDraw(seed: 5, epoch: 1)) {
                let (one, other) = (try expected.item(number), try found.item(number))
                #expect(one.picture == other.picture && one.target == other.target, "piece \(number)")
            }
            for number in all.tested(all.testing) {
                #expect(try BatchMaker(data: all).item(number).picture == BatchMaker(data: some).item(number).picture)
            }
        }
    }

    /// What is cut out for a window has all that the window shows.
    @Test func neededRectanglesSuffice() {
        let picture = PictureSize(width: 90, height: 61)
        let planes = PicturePlanes(
            .bytes((0..<3 * 90 * 61).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }), span: nil)
        let mask = (0..<90 * 61).map { UInt8(truncatingIfNeeded: $0 &* 40_503 >> 3) }
        let fed = (0...UInt8.max).map { Float($0) }
        for number in 0..<200 {
            let settings = AugmentationSettings(
                rotate90: true, rotate: 180, scale: number % 3 == 0 ? 0.1...10 : 0.5...2, shift: 0.5,
                elastic: number % 2 == 0 ? 0 : 80)
            let window = PictureSize(width: 1 + number % 40, height: 33 - number % 30)
            let space = EpochAugmentation(settings: settings, draw: EpochDraw(seed: 9, epoch: 1))
                .space(of: number, size: window, isWindow: true)
            let resampling = Resampling(
                map: space, window: window, at: (x: number % 120 - 20, y: number % 70 - 10), picture: picture)
            let (all, part) = (PictureRect(picture), resampling.needed)
            #expect(PictureRect(columns: 0..<90, rows: 0..<61).columns.clamped(to: part.columns) == part.columns)
            func drawn(_ rect: PictureRect) -> [Float] {
                let area = window.width * window.height
                return [Float](unsafeUninitializedCapacity: 4 * area) { out, count in
                    guard let base = out.baseAddress else { return }
                    resampling.picture(
                        planes.cut(rect, channels: 3, of: picture), of: rect, channels: 3, into: base)
                    resampling.mask(
                        rect.cut(mask, channels: 1, of: picture), of: rect, whole: picture, as: window, fed: fed,
                        into: base + 3 * area)
                    count = 4 * area
                }
            }
            #expect(drawn(part) == drawn(all), "window \(number)")
        }
    }

    // MARK: Reading again

    @Test(arguments: [1, 2, 5])
    func picturesAreReadOnceForAllTheirPieces(threads: Int) throws {
        let pool = PiecePool()
        let sample = Sample(
            name: "a", file: "a", picture: PicturePlanes(.bytes([1, 2, 3]), span: nil),
            size: PictureSize(width: 3, height: 1), mask: [])
        let reads = Monitor(0)
        let widths = try parallelMap(count: 60, threads: threads) { index in
            Result {
                try pool.take(index % 20, of: index / 20) {
                    reads.withLock { $0 += 1 }
                    return (0..<20).map { number in
                        PicturePiece(PictureRect(columns: 0..<1 + number % 3, rows: 0..<1), of: sample, channels: 1)
                    }
                }.rect.columns.count
            }
        }
        #expect(try widths.map { try $0.get() } == (0..<60).map { 1 + $0 % 20 % 3 })
        #expect(reads.withLock { $0 } == 3)
    }

    @Test func whoeverNeedsAPictureThatCannotBeReadHearsOfIt() throws {
        let pool = PiecePool()
        let results = try parallelMap(count: 4, threads: 4) { number in
            Result { try pool.take(number, of: 7) { throw TrainerError("gone") } }
        }
        #expect(results.allSatisfy { if case .failure(let error) = $0 { "\(error)".contains("gone") } else { false } })
    }

    @Test func drawnPicturesHaveNothingToCut() throws {
        var settings = DataSettings()
        settings.patches = PatchSettings(perPicture: 4, scale: 0.5)
        let text = message {
            _ = try DataSet.load(
                settings, .training, shape: SampleShape(channels: 3, height: 8, width: 8), seed: 0, threads: 1,
                isStrict: false, console: Console(isQuiet: true))
        }
        #expect(text.contains("--patches 4 --scale 0.5: the embedded pictures are drawn at the net's size"), "\(text)")
    }
}
