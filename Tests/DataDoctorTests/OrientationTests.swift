import Base
import Imaging
import Nets
import Recipes
import Tasks
import Testing
import TrainerSupport
import TrainerTestSupport

@testable import DataDoctor
@testable import DataSets

/// Pictures with an EXIF orientation, and masks drawn on what viewers show or on the stored pixels.
@Suite struct OrientationTests {
    private static let tags = PictureOrientation.allCases.filter { $0 != .upright }

    /// A bright blob somewhere in the upper left, and its mask, as seen.
    private func blob(_ number: Int, width: Int, height: Int) -> (picture: [UInt16], mask: [UInt16]) {
        let (x, y) = (width / 4 + number % 3, height / 4 + number % 2)
        var random = SplitMix64(seed: UInt64(number))
        var picture: [UInt16] = []
        var mask: [UInt16] = []
        for row in 0..<height {
            for column in 0..<width {
                let distance = (column - x) * (column - x) + (row - y) * (row - y)
                let isIn = distance * 16 < min(width, height) * min(width, height)
                mask.append(isIn ? 255 : 0)
                picture.append(UInt16((isIn ? 180 : 60) + random.index(below: 20)))
            }
        }
        return (picture, mask)
    }

    /// The pixels as they are stored for viewers to show `seen`.
    private func stored(_ seen: [UInt16], _ tag: PictureOrientation, width: Int, height: Int) -> [UInt16] {
        let (columns, rows) = tag.swapsSides ? (height, width) : (width, height)
        var result = [UInt16](repeating: 0, count: seen.count)
        for y in 0..<height {
            for x in 0..<width {
                let place = tag.source((Double(x) + 0.5) / Double(width), (Double(y) + 0.5) / Double(height))
                result[Int(place.y * Double(rows)) * columns + Int(place.x * Double(columns))] = seen[y * width + x]
            }
        }
        return result
    }

    /// - Parameter isRaw: masks are drawn on the stored pixels.
    private func folder(
        _ count: Int, _ tag: PictureOrientation, isRaw: Bool, width: Int = 32, height: Int = 32
    ) throws -> DoctorFolder {
        let data = try DoctorFolder(count)
        for number in 1...count {
            let name = "p\(number < 10 ? "0" : "")\(number).png"
            let (picture, mask) = blob(number, width: width, height: height)
            let (columns, rows) = tag.swapsSides ? (height, width) : (width, height)
            let file = HandmadePNG(
                width: columns, height: rows, samples: stored(picture, tag, width: width, height: height),
                orientation: UInt8(tag.rawValue))
            try data.folder.write("images/" + name, file.bytes)
            let masks =
                isRaw
                ? HandmadePNG(width: columns, height: rows, samples: stored(mask, tag, width: width, height: height))
                : HandmadePNG(width: width, height: height, samples: mask)
            try data.folder.write("masks/" + name, masks.bytes)
        }
        return data
    }

    private func diagnosis(_ data: DoctorFolder, isOriented: Bool) throws -> DataDiagnosis {
        var settings = DataSettings(folder: data.folder.path, isSorted: true)
        settings.isOriented = isOriented
        return try DataExamination(
            settings: settings, seed: 0, net: DoctorNet(side: 32, task: .mask), threads: 2, decoding: settings.decoding
        ).diagnosis()
    }

    @Test(arguments: tags)
    func picturesAreTurnedUnlessToldNotTo(tag: PictureOrientation) throws {
        let data = try folder(6, tag, isRaw: false)
        let shape = SampleShape(channels: 1, height: 32, width: 32)
        for isOriented in [true, false] {
            var settings = DataSettings(folder: data.folder.path, isSorted: true)
            settings.isOriented = isOriented
            for cache in [0, Int.max] {
                let set = try DataSet.load(
                    settings, .training, shape: shape, seed: 0, threads: 2, isStrict: true,
                    cache: SampleCache(limit: cache), console: Console(isQuiet: true)
                ).data
                let seen = blob(1, width: 32, height: 32).picture
                let expected = isOriented ? seen : stored(seen, tag, width: 32, height: 32)
                #expect(try set.sample(0).picture.shown == expected.map { UInt8($0) })
            }
        }
    }

    @Test(arguments: tags, [true, false])
    func theDoctorTellsWhichFits(tag: PictureOrientation, isRaw: Bool) throws {
        let data = try folder(10, tag, isRaw: isRaw)
        for isOriented in [true, false] {
            let found = try diagnosis(data, isOriented: isOriented)
            let note = found.words(.turnedPictures)
            #expect(
                note.hasPrefix(isOriented ? "10 pictures are turned as" : "10 pictures are taken as stored"), "\(note)")
            guard isRaw == isOriented else {
                #expect(found.finding(.orientation) == nil, "\(found.text)")
                #expect(note.contains(", which fits "), "\(note)")
                continue
            }
            #expect(found.finding(.orientation)?.severity == .warning, "\(found.text)")
            #expect(found.words(.orientation).contains(isOriented ? "use --no-exif" : "use --exif"), "\(found.text)")
        }
    }

    /// Where sides differ and change places, shapes say it.
    @Test(arguments: tags.filter(\.swapsSides), [true, false])
    func shapesTellWhichFits(tag: PictureOrientation, isRaw: Bool) throws {
        let data = try folder(3, tag, isRaw: isRaw, width: 48, height: 24)
        for isOriented in [true, false] {
            let found = try diagnosis(data, isOriented: isOriented)
            #expect((found.finding(.orientation) != nil) == (isRaw == isOriented), "\(found.text)")
        }
    }

    /// Outlines that lie on nothing in the picture say nothing.
    @Test func noiseTellsNothing() throws {
        let data = try folder(10, .upsideDown, isRaw: false)
        for number in 1...10 {
            var random = SplitMix64(seed: UInt64(100 + number))
            let samples = (0..<1024).map { _ in UInt16(random.index(below: 256)) }
            let file = HandmadePNG(width: 32, height: 32, samples: samples, orientation: 3)
            try data.folder.write("images/p\(number < 10 ? "0" : "")\(number).png", file.bytes)
        }
        for isOriented in [true, false] {
            #expect(try diagnosis(data, isOriented: isOriented).finding(.orientation) == nil)
        }
    }

    @Test func picturesWithoutATagAreNotSpokenOf() throws {
        let found = try diagnosis(folder(6, .upright, isRaw: false), isOriented: true)
        #expect(found.finding(.turnedPictures) == nil && found.finding(.orientation) == nil, "\(found.text)")
    }

    /// Runs from before there was such an entry took pictures as they are stored.
    @Test func runsRemember() throws {
        for isOriented in [true, false] {
            let settings = DataSettings(folder: "/d", isOriented: isOriented)
            var metadata = Dictionary(uniqueKeysWithValues: settings.metadata)
            #expect(try DataSettings(RecordFields(metadata: metadata, path: "c")) == settings)
            metadata["exif"] = nil
            metadata["range"] = nil
            metadata["range_numbers"] = nil
            let earlier = try DataSettings(RecordFields(metadata: metadata, path: "c"))
            #expect(!earlier.isOriented && earlier.range == .highBytes && !earlier.decoding.keepsDepth)
        }
    }
}
