import Base
import Imaging
import Recipes
import Tasks
import Testing

@testable import DataSets

/// Augmentations are pure functions of seed, epoch and sample, and move a mask as they move its picture.
@Suite struct AugmentationTests {
    private static let everything =
        "flip,vflip,rotate90,rotate=25,scale=0.7..1.4,crop=0.8,shift=0.1,brightness=0.2,contrast=0.2,saturation=0.3,"
        + "hue=0.1,noise=0.05,elastic=12"

    private func maker(
        _ text: String, _ shape: SampleShape, _ sample: Sample, epoch: Int = 1, seed: UInt64 = 0
    ) throws -> BatchMaker {
        let data = DataSet(shape: shape, training: [sample], testing: [Sample]())
        let draw = EpochDraw(seed: seed, epoch: epoch)
        return BatchMaker(
            data: data, augmentation: EpochAugmentation(settings: try AugmentationSettings(parsing: text), draw: draw))
    }

    /// A picture whose red tells the column, whose green tells the row, and whose mask is its red.
    private func ramp(height: Int, width: Int) -> (SampleShape, Sample) {
        let red = (0..<height * width).map { UInt8($0 % width) }
        let green = (0..<height * width).map { UInt8($0 / width) }
        let shape = SampleShape(
            channels: 3, height: height, width: width, task: .classes(ClassRange(count: 200, ignore: nil)))
        let blue = [UInt8](repeating: 0, count: height * width)
        return (shape, Sample(name: "ramp", file: "ramp", picture: red + green + blue, mask: red))
    }

    private func scene(_ index: Int, side: Int = 48) -> (SampleShape, Sample) {
        let shape = SampleShape(channels: 3, height: side, width: side)
        return (shape, EmbeddedSamples(shape: shape).sample(index))
    }

    /// Of right angles and mirrors each pixel is a copy: the value, and where it went.
    @Test(arguments: ["flip", "vflip", "rotate90", "flip,vflip,rotate90"])
    func rightAnglesCopyPixels(text: String) throws {
        let (shape, sample) = ramp(height: 9, width: 9)
        var seen: Set<[Float]> = []
        for epoch in 1...40 {
            let item = try maker(text, shape, sample, epoch: epoch).item(0)
            #expect(item.picture.sorted() == sample.picture.units.sorted(), "epoch \(epoch)")
            #expect(zip(item.picture, item.target ?? []).allSatisfy { $0 == $1 / 255 }, "epoch \(epoch)")
            seen.insert(item.picture)
        }
        #expect(seen.count == (text.contains(",") ? 8 : text == "rotate90" ? 4 : 2))
    }

    @Test func quarterTurnsOfOblongPicturesFillThem() throws {
        let (shape, sample) = ramp(height: 4, width: 8)
        let turned = try #require(
            try (1...20).lazy.map { try maker("rotate90", shape, sample, epoch: $0).item(0) }.first {
                $0.target?[0] == $0.target?[7] && $0.target?[0] != $0.target?[24]
            })
        let rows = try #require(turned.target).chunks(of: 8)
        #expect(rows.allSatisfy { Set($0).count == 1 }, "columns became rows")
        #expect(Set(rows.map { $0[0] }).count == 4)
    }

    /// The mask lies where the picture says that it should: of a ramp, its values are the red's, rounded.
    @Test(arguments: [
        "rotate=40", "scale=0.5..2", "crop=0.5", "shift=0.3", "elastic=40", "rotate=30,elastic=20,crop=0.7",
    ])
    func masksFollowTheirPictures(text: String) throws {
        let (shape, sample) = ramp(height: 64, width: 64)
        for epoch in 1...6 {
            let item = try maker(text, shape, sample, epoch: epoch).item(0)
            let target = try #require(item.target)
            let far = zip(item.picture, target).map { abs($0 * 255 - $1) }.max() ?? 9
            #expect(far <= 0.5001, "epoch \(epoch): \(far)")
            #expect(item.picture != sample.picture.units, "epoch \(epoch)")
        }
    }

    /// A mask of another size than the picture's moves along.
    @Test func masksOfOtherSizesFollow() throws {
        var (shape, sample) = ramp(height: 64, width: 64)
        (shape.maskHeight, shape.maskWidth) = (32, 32)
        sample.mask = (0..<1024).map { UInt8($0 % 32) }
        for epoch in 1...6 {
            let item = try maker("rotate=40,elastic=20,flip", shape, sample, epoch: epoch).item(0)
            let target = try #require(item.target)
            for y in 0..<32 {
                for x in 0..<32 {
                    let red = item.picture[2 * y * 64 + 2 * x] * 255
                    #expect(abs(red / 2 - target[y * 32 + x]) < 2.1, "epoch \(epoch), \(x), \(y)")
                }
            }
        }
    }

    @Test func masksHoldNoNewValues() throws {
        let shape = SampleShape(channels: 3, height: 32, width: 32, task: .classes(ClassRange(count: 8, ignore: 9)))
        let mask = (0..<1024).map { [UInt8(0), 3, 7, ClassRange.void][$0 / 7 % 4] }
        let sample = Sample(name: "a", file: "a", picture: [UInt8](repeating: 100, count: 3072), mask: mask)
        for epoch in 1...20 {
            let item = try maker(Self.everything, shape, sample, epoch: epoch).item(0)
            #expect(Set(item.target ?? []).isSubset(of: [0, 3, 7, 9]), "epoch \(epoch)")
            #expect(item.picture.allSatisfy { (0...1).contains($0) }, "epoch \(epoch)")
        }
    }

    @Test func everySampleAndEpochDrawsAnew() throws {
        let (shape, sample) = scene(3)
        let data = DataSet(shape: shape, training: [sample, sample], testing: [Sample]())
        func picture(_ index: Int, _ epoch: Int, _ seed: UInt64) throws -> [Float] {
            let settings = try AugmentationSettings(parsing: Self.everything)
            let draw = EpochDraw(seed: seed, epoch: epoch)
            return try BatchMaker(data: data, augmentation: EpochAugmentation(settings: settings, draw: draw))
                .item(index).picture
        }
        let all = [try picture(0, 1, 0), try picture(1, 1, 0), try picture(0, 2, 0), try picture(0, 1, 1)]
        #expect(Set(all).count == 4)
        #expect(try picture(1, 1, 0) == all[1])
    }

    /// One more entry leaves the draws of the others as they were.
    @Test func entriesDrawFromTheirOwnStreams() throws {
        func drawn(_ text: String) throws -> Augmentation {
            let epoch = EpochAugmentation(
                settings: try AugmentationSettings(parsing: text), draw: EpochDraw(seed: 5, epoch: 2))
            let space = epoch.space(of: 7, size: PictureSize(width: 64, height: 64))
            return epoch.augmentation(of: 7, space: space, mean: { [0.5, 0.5, 0.5] })
        }
        let few = try drawn("rotate=20,brightness=0.2")
        let more = try drawn("rotate=20,brightness=0.2,shift=0.1,elastic=5,noise=0.1")
        #expect(few.space.xx == more.space.xx && few.space.xy == more.space.xy && few.color == more.color)
        #expect(few.noise == nil && more.noise != nil && more.space.x != 0 && more.space.deformation != nil)
    }

    /// Runs can only be repeated later if these numbers never change; they are the same on every machine.
    @Test func bitsAreFrozen() throws {
        var hash = Fingerprint()
        for index in 0..<6 {
            let (shape, sample) = scene(index)
            for epoch in 1...3 {
                let item = try maker(Self.everything, shape, sample, epoch: epoch, seed: 9).item(0)
                for value in item.picture + (item.target ?? []) { hash.add(UInt64(value.bitPattern)) }
            }
        }
        #expect(hash.text == "d3de9f3c5768fa9d")
    }

    @Test func noiseIsAsStrongAsItSays() {
        var values = [Float](repeating: 0.5, count: 100_000)
        values.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { NoiseField(seed: 4, deviation: 0.05).add(to: base, count: buffer.count) }
        }
        let mean = values.reduce(0) { $0 + Double($1) } / 100_000
        let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 100_000
        #expect(abs(mean - 0.5) < 0.001 && abs(variance.squareRoot() - 0.05) < 0.001, "\(mean), \(variance)")
    }

    @Test func deformationsPassThroughTheirVectors() {
        for (place, weights) in [(0.0, (1, 0, 0)), (0.5, (0, 1, 0)), (1.0, (0, 0, 1))]
            as [(Double, (Float, Float, Float))]
        {
            #expect(ElasticField.weights(at: place) == weights, "\(place)")
        }
        for step in 0...100 {
            let (a, b, c) = ElasticField.weights(at: Double(step) / 100)
            #expect(abs(a + b + c - 1) < 1e-6, "\(step)")
        }
        var random = SplitMix64(seed: 1)
        let lengths = (0..<500).flatMap { _ in ElasticField(&random, deviationX: 10, deviationY: 1).x }
        let deviation = (lengths.reduce(0) { $0 + $1 * $1 } / Float(lengths.count)).squareRoot()
        #expect(abs(deviation - 10) < 0.4, "\(deviation)")
    }

    @Test func coloursChangeAsTheirNamesSay() {
        func changed(_ body: (inout ColorMap) -> Void, _ color: [Float]) -> [Float] {
            var map = ColorMap()
            body(&map)
            var planes = color
            planes.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress { map.change(base, channels: color.count, area: 1) }
            }
            return planes.map { ($0 * 1000).rounded() / 1000 }
        }
        let color: [Float] = [0.6, 0.4, 0.2]
        #expect(changed({ $0.brighten(by: 1.5) }, color) == [0.9, 0.6, 0.3])
        #expect(changed({ $0.brighten(by: 2) }, color) == [1, 0.8, 0.4], "cut")
        #expect(changed({ $0.stretch(by: 0.5, mean: [0.5, 0.5, 0.5]) }, color) == [0.55, 0.45, 0.35])
        let gray = changed({ $0.saturate(by: 0) }, color)
        #expect(gray[0] == gray[1] && gray[1] == gray[2] && gray[0] == 0.428)
        #expect(changed({ $0.turn(by: 0) }, color) == color)
        #expect(changed({ $0.turn(by: 0.1) }, [0.5, 0.5, 0.5]) == [0.5, 0.5, 0.5], "gray has no hue")
        let turned = changed({ $0.turn(by: 1.0 / 3) }, color)
        #expect(turned[1] > turned[0] && turned[1] > turned[2], "red turns to green: \(turned)")
        #expect(changed({ $0.brighten(by: 0.5) }, [0.6]) == [0.3])
        #expect(
            changed(
                {
                    $0.saturate(by: 0.2); $0.turn(by: 0.2)
                }, [0.6]) == [0.6])
    }

    /// Contrast keeps the mean of the picture.
    @Test func contrastTurnsAboutTheMean() throws {
        let (shape, sample) = scene(1)
        let mean = shape.mean(of: sample.picture)
        var map = ColorMap()
        map.brighten(by: 0.8)
        map.stretch(by: 0.7, mean: mean)
        let luma = SIMD3<Double>(0.213, 0.715, 0.072)
        func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }
        let after = SIMD3(map.rows.map { dot($0, mean) }) + map.offset
        #expect(abs(dot(luma, after) - 0.8 * dot(luma, mean)) < 1e-12)
    }
}
